import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { cli } from "../e2e/generate.ts";
import { has, repository, snapshot } from "./project.ts";

describe("never overwrites", () => {
  it("any file, whichever stands there", async () => {
    const paths = [
      "ci/build.sh",
      "docs/secrets.md",
      "CODEOWNERS",
      ".gitattributes",
      ".pre-commit-config.yaml",
      "ci-vault.schema.json",
    ];
    const dir = await repository(Object.fromEntries(paths.map((path) => [path, "# mine\n"])));
    const before = snapshot(dir);
    expect(await cli(dir, "init", "--yes")).toMatchObject({ code: 0 });
    expect(snapshot(dir)).toMatchObject(before);
  });

  it("refuses when a file stands where the generator would write, before anything is written", async () => {
    const dir = await repository({ "ci-vault/gitlab/main.yml": "mine: {}\n" });
    const before = snapshot(dir);
    const result = await cli(dir, "init", "--yes");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("disk/foreign-file");
    expect(snapshot(dir)).toEqual(before);
  });

  it("follows no link, neither to write nor as a manifest that seems absent", async () => {
    const dir = await repository();
    const elsewhere = join(dir, "../elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(dir, "docs"));
    const result = await cli(dir, "init", "--yes");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("disk/outside-root");
    expect(has(elsewhere, "secrets.md")).toBe(false);
    expect(has(dir, "ci-vault.yml")).toBe(false);

    const linked = await repository();
    symlinkSync("nowhere.yml", join(linked, "ci-vault.yml"));
    expect(await cli(linked, "init", "--yes")).toMatchObject({ code: 2 });
    expect(has(linked, ".gitlab-ci.yml")).toBe(false);
  });

  it("prunes nothing where a ledger lies at the root", async () => {
    const dir = await repository({
      "other.yml": "mine\n",
      ".ci-vault-gen.json": '{"version":1,"files":{}}\n',
    });
    writeFileSync(
      join(dir, ".ci-vault-gen.json"),
      `{"version":1,"files":{"other.yml":"${"0".repeat(64)}"}}\n`,
    );
    const before = snapshot(dir);
    expect(await cli(dir, "init", "--yes")).toMatchObject({ code: 0 });
    expect(snapshot(dir)).toMatchObject(before);
  });

  it("belongs at the root of the repository", async () => {
    const dir = await repository({ "services/api/x": "" });
    const result = await cli(join(dir, "services/api"), "init", "--yes");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("run it there: ci-vault-gen init ../..\n");
  });

  it("goes on where it was interrupted: the manifest is written last", async () => {
    const whole = createMemoryHost(
      { "/repo/.git/HEAD": "ref: refs/heads/main\n" },
      { assets: { "schema.json": "{}" } },
    );
    expect(await run(["init", "--yes"], whole)).toBe(0);
    const scaffolds = whole.written.filter((path) => !path.startsWith("/repo/ci-vault/"));
    expect(scaffolds.at(-1)).toBe("/repo/ci-vault.yml");
    const half = createMemoryHost(
      Object.fromEntries(
        [...whole.files].filter(([path]) => scaffolds.slice(0, 4).includes(path) || path.includes(".git/")),
      ),
      { assets: { "schema.json": "{}" } },
    );
    expect(await run(["init", "--yes"], half)).toBe(0);
    // The pipeline of the first attempt now counts as written by somebody; it already has the include.
    expect(half.stdout()).toBe("");
  });
});
