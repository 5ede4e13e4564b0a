import { describe, expect, it } from "vitest";

import { example } from "../e2e/generate.ts";
import { MANIFESTS } from "../artifacts/manifests.ts";
import { command, filesOf, REPOSITORY, type CommandRun } from "./support.ts";

const LEDGER = "/repo/ci-vault/.ci-vault-gen.json";

const fresh = await command(["manifest.yml"]);
const written = filesOf(fresh);
const generated = Object.keys(written).filter((path) => path.startsWith("/repo/ci-vault/"));

/** `check`, and that it wrote nothing. */
async function check(
  files: Readonly<Record<string, string | Uint8Array>>,
  ...more: readonly string[]
): Promise<CommandRun> {
  const run = await command(["check", "manifest.yml", ...more], { files });
  expect(run.host.written).toEqual([]);
  expect([...run.host.files.keys()].toSorted()).toEqual(Object.keys(files).toSorted());
  return run;
}

describe("right after generating", () => {
  it.each(MANIFESTS)("nothing differs: %s", async (_, manifest) => {
    const files = filesOf(
      await command(["manifest.yml"], { files: { ...REPOSITORY, "/repo/manifest.yml": manifest } }),
    );
    const run = await check(files);
    expect([run.code, run.stdout]).toEqual([0, ""]);
    expect((await check(files, "--format", "json")).stdout).toContain('"clean": true');
    const again = await command(["manifest.yml"], { files });
    expect(again.host.written).toEqual([]);
    expect(again.stderr).toMatch(/: \d+ unchanged\n$/);
  });

  it("--check is the same command", async () => {
    const run = await command(["manifest.yml", "--check"], { files: written });
    expect([run.code, run.stdout, run.stderr, run.host.written]).toEqual([0, "", "", []]);
  });
});

describe.each(generated)("%s", (path) => {
  const name = path.replace("/repo/", "");
  const bytes = Buffer.from(written[path] ?? "");

  it("with any one byte changed, dropped or added is named", async () => {
    const offsets = new Set([0, 1, 2, bytes.length - 1, bytes.length - 2]);
    // A prime that does not divide the lengths: the offsets fall on all kinds of places.
    for (let at = 0; at < 11; at++) offsets.add((at * 104_729) % bytes.length);
    for (const at of offsets) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const dropped = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      const added = Buffer.concat([bytes.subarray(0, at), Buffer.from([0x20]), bytes.subarray(at)]);
      for (const edited of [changed, dropped, added]) {
        // A blank less or more among blanks is the same text.
        if (edited.equals(bytes)) continue;
        const run = await check({ ...written, [path]: edited });
        expect(run.code, `offset ${at}`).toBe(1);
        expect(run.stderr).toContain(`modified: ${name}\n`);
        expect(run.stderr).toMatch(
          /\nthe generated files differ from the manifest; to repair: ci-vault-gen manifest\.yml --force\n$|^modified: .*\nthe generated/m,
        );
        expect(run.stdout).toContain(name);
      }
    }
  });

  it("other line ends, or gone, are named too", async () => {
    const other = await check({ ...written, [path]: (written[path] ?? "").replaceAll("\n", "\r\n") });
    expect([other.code, other.stderr.includes(`modified: ${name}\n`)]).toEqual([1, true]);
    const { [path]: _, ...without } = written;
    const gone = await check(without);
    expect([gone.code, gone.stderr.includes(`missing: ${name}\n`)]).toEqual([1, true]);
  });

  it("is repaired by the command that check prints", async () => {
    const files = { ...written, [path]: `${written[path]} ` };
    const run = await command(["manifest.yml", "--force"], { files });
    expect(run.code, run.stderr).toBe(0);
    expect(filesOf(run)).toEqual(written);
  });

  it.skipIf(path === LEDGER)("is not overwritten without --force once it was edited", async () => {
    const edited = `${written[path]} `;
    // The manifest changes too: without that, an edited file would differ as well.
    for (const words of [["manifest.yml"], ["manifest.yml", "--diff"]]) {
      const run = await command(words, { files: { ...written, [path]: edited } });
      expect([run.code, run.stdout, run.host.written]).toEqual([2, "", []]);
      expect(run.stderr).toMatch(/^error\[disk\/(?:edited|foreign)-file\]/m);
      expect(run.stderr).toContain(name);
    }
  });
});

it("a changed manifest is drift: what is new, what changed and what is no longer produced", async () => {
  const manifest = example("myproject").replace("production: {", "live: {");
  const run = await check({ ...written, "/repo/manifest.yml": manifest }, "--format", "json");
  expect(run.code).toBe(1);
  expect(JSON.parse(run.stdout)).toEqual({
    schema_version: 1,
    clean: false,
    modified: ["ci-vault/.ci-vault-gen.json", "ci-vault/gitlab/main.yml", "ci-vault/vault/setup.sh"],
    missing: [
      "ci-vault/gitlab/environments/live.yml",
      "ci-vault/vault/policies/mygroup--myproject--live.hcl",
      "ci-vault/vault/roles/mygroup--myproject--live.json",
    ],
    stale: [
      "ci-vault/gitlab/environments/production.yml",
      "ci-vault/vault/policies/mygroup--myproject--production.hcl",
      "ci-vault/vault/roles/mygroup--myproject--production.json",
    ],
  });
  const applied = await command(["manifest.yml"], { files: { ...written, "/repo/manifest.yml": manifest } });
  expect(applied.stderr).toContain("ci-vault/: 3 created, ");
  expect(Object.keys(filesOf(applied)).filter((path) => path.includes("production"))).toEqual([]);
  expect((await check(filesOf(applied))).code).toBe(0);
});
