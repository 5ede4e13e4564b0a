import { expect, test } from "vitest";
import { MARKER } from "../../src/artifacts/index.ts";
import { compare, drift } from "../../src/disk/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import {
  changesOf,
  filesOf,
  generate,
  generated,
  generatedHost,
  LEDGER_FILE,
  listed,
  refusalsOf,
  ROOT,
  scaffold,
} from "./support.ts";

const [a, b, c] = [generated("a.yml"), generated("sub/b.yml"), generated("sub/c.json", "{}\n")];
const edited = (path: string) => generated(path, "edited\n");

test("on an empty disk everything is created, the ledger last", () => {
  const host = createMemoryHost();
  expect(listed(changesOf(host, [c, b, a]))).toEqual([
    "create a.yml",
    "create sub/b.yml",
    "create sub/c.json",
    "create .ci-vault-gen.json",
  ]);
  expect(host.written).toEqual([]);
});

test("what was generated needs no change, and nothing is written again", () => {
  const host = generatedHost([a, b, c]);
  const set = changesOf(host, [c, a, b]);
  expect(set.changes).toEqual([]);
  expect(set.unchanged).toBe(3);
  host.written.length = 0;
  expect(generate(host, [a, b, c])).toEqual([]);
  expect(host.written).toEqual([]);
});

test("a file as we left it is replaced", () => {
  const host = generatedHost([a, b, c]);
  expect(generate(host, [a, edited("sub/b.yml"), c])).toEqual(["sub/b.yml", ".ci-vault-gen.json"]);
  expect(filesOf(host)[`${ROOT}/sub/b.yml`]).toBe("edited\n");
});

test("a file edited by hand is refused, and replaced with force", () => {
  const host = generatedHost([a, b, c]);
  host.files.set(`${ROOT}/a.yml`, `# ${MARKER}\nby hand\n`);
  expect(refusalsOf(host, [a, b, c])).toEqual([
    "disk/edited-file: `ci-vault/a.yml` was changed after it was generated",
  ]);
  expect(generate(host, [a, b, c], { force: true })).toEqual(["a.yml"]);
  expect(filesOf(host)[`${ROOT}/a.yml`]).toBe(a.text);
});

test("a file edited by hand into what would be written is no edit", () => {
  const host = generatedHost([a]);
  host.files.set(`${ROOT}/a.yml`, "edited\n");
  expect(listed(changesOf(host, [edited("a.yml")]))).toEqual(["modify .ci-vault-gen.json"]);
});

test("a file of somebody else is refused, and replaced with force", () => {
  const host = createMemoryHost({ [`${ROOT}/a.yml`]: "theirs\n" });
  expect(refusalsOf(host, [a])).toEqual([
    "disk/foreign-file: `ci-vault/a.yml` exists, and the generator did not write it",
  ]);
  generate(host, [a], { force: true });
  expect(filesOf(host)[`${ROOT}/a.yml`]).toBe(a.text);
});

test("all refusals are collected, each with what to do", () => {
  const host = generatedHost([a, b]);
  host.files.set(`${ROOT}/a.yml`, "by hand\n");
  host.files.set(`${ROOT}/sub/c.json`, "theirs\n");
  host.files.set(`${ROOT}/sub/b.yml`, "by hand\n");
  const { value, diagnostics } = compare(host, ROOT, [a, c]);
  expect(value).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "disk/edited-file",
    "disk/foreign-file",
    "disk/edited-file",
  ]);
  expect(diagnostics.every(({ help }) => help?.includes("--force"))).toBe(true);
});

test("without the ledger, our files are adopted where they are as they would be written, else refused", () => {
  const host = generatedHost([a, b, c]);
  host.files.delete(LEDGER_FILE);
  expect(listed(changesOf(host, [a, b, c]))).toEqual(["create .ci-vault-gen.json"]);
  host.files.set(`${ROOT}/a.yml`, `#!/bin/sh\n# ${MARKER}\nold\n`);
  host.files.set(`${ROOT}/sub/b.yml`, `1\n2\n3\n# ${MARKER}\n`);
  host.files.set(`${ROOT}/sub/c.json`, `{"old": 1}\n`);
  expect(refusalsOf(host, [a, b, c])).toEqual([
    "disk/edited-file: `ci-vault/a.yml` is generated, but the ledger does not list it",
    "disk/foreign-file: `ci-vault/sub/b.yml` exists, and the generator did not write it",
    "disk/foreign-file: `ci-vault/sub/c.json` exists, and the generator did not write it",
  ]);
});

test("a file that is no longer produced is removed", () => {
  const host = generatedHost([a, b, c]);
  expect(generate(host, [b])).toEqual(["a.yml", "sub/c.json", ".ci-vault-gen.json"]);
  expect(Object.keys(filesOf(host))).toEqual([LEDGER_FILE, `${ROOT}/sub/b.yml`]);
});

test("a file that is no longer produced but edited stays, unless forced", () => {
  const host = generatedHost([a, b]);
  host.files.set(`${ROOT}/a.yml`, "precious\n");
  expect(refusalsOf(host, [b])).toEqual([
    "disk/edited-file: `ci-vault/a.yml` is no longer generated, but was changed by hand",
  ]);
  expect(listed(changesOf(host, [b], { force: true }))).toEqual([
    "remove a.yml",
    "modify .ci-vault-gen.json",
  ]);
});

test("a file that is no longer produced and gone already is dropped from the ledger", () => {
  const host = generatedHost([a, b]);
  host.files.delete(`${ROOT}/a.yml`);
  expect(generate(host, [b])).toEqual([".ci-vault-gen.json"]);
  expect(filesOf(host)[LEDGER_FILE]).not.toContain("a.yml");
});

test("files that the ledger does not list are never removed, not even with force", () => {
  const host = generatedHost([a]);
  host.files.set(`${ROOT}/mine.yml`, `# ${MARKER}\n`);
  generate(host, [b], { force: true });
  expect(filesOf(host)[`${ROOT}/mine.yml`]).toBe(`# ${MARKER}\n`);
});

test("when nothing is generated any more the ledger goes too", () => {
  const host = generatedHost([a, b]);
  generate(host, []);
  expect(filesOf(host)).toEqual({});
});

test("a scaffold is created once, then belongs to the user", () => {
  const host = createMemoryHost();
  expect(generate(host, [scaffold("start.yml")])).toEqual(["start.yml"]);
  host.files.set(`${ROOT}/start.yml`, "theirs\n");
  for (const force of [false, true]) {
    expect(changesOf(host, [scaffold("start.yml")], { force }).changes).toEqual([]);
    expect(changesOf(host, [], { force }).changes).toEqual([]);
  }
  expect(Object.keys(filesOf(host))).toEqual([`${ROOT}/start.yml`]);
});

test("a generated file that became a scaffold stays, and leaves the ledger", () => {
  const host = generatedHost([a, b]);
  expect(generate(host, [scaffold("a.yml"), b])).toEqual([".ci-vault-gen.json"]);
  expect(filesOf(host)[`${ROOT}/a.yml`]).toBe(a.text);
  expect(filesOf(host)[LEDGER_FILE]).not.toContain("a.yml");
});

test("a folder where a file goes, and a file where a folder goes, are refused even with force", () => {
  const host = createMemoryHost({ [`${ROOT}/a.yml/mine`]: "", [`${ROOT}/sub`]: "" });
  for (const force of [false, true]) {
    expect(refusalsOf(host, [a, b, scaffold("sub/s")], { force })).toEqual([
      "disk/foreign-file: `ci-vault/a.yml` is a folder where a file belongs",
      "disk/foreign-file: `ci-vault/sub` is a file where the folder of `ci-vault/sub/b.yml` belongs",
      "disk/foreign-file: `ci-vault/sub` is a file where the folder of `ci-vault/sub/s` belongs",
    ]);
  }
  expect(refusalsOf(createMemoryHost({ [ROOT]: "" }), [a])).toEqual([
    "disk/foreign-file: `ci-vault` is a file, not an output folder",
  ]);
});

test("artifacts that cannot all be written are a bug of ours", () => {
  const host = createMemoryHost();
  const run =
    (...paths: string[]) =>
    () =>
      compare(
        host,
        ROOT,
        paths.map((path) => generated(path)),
      );
  expect(run("a/Prod.yml", "a/prod.yml")).toThrow("differ only in case");
  expect(run("\u00e9", "e\u0301")).toThrow("differ only in case");
  expect(run("a", "a")).toThrow("two artifacts have the path a");
  expect(run("A", "a/b")).toThrow("A is an artifact too");
  for (const path of [
    "",
    "/etc/x",
    "../x",
    "a/../x",
    "./x",
    "a//x",
    "a/",
    "a\\b",
    "a\0b",
    ".git/x",
    ".ci-vault-gen.json",
  ]) {
    expect(run(path), path).toThrow("the path");
  }
});

test("drift names what is modified, missing and stale, scaffolds apart", () => {
  const host = generatedHost([a, b, c, generated("z.yml"), generated("d.yml")]);
  host.files.set(`${ROOT}/z.yml`, "by hand\n");
  host.files.set(`${ROOT}/d.yml`, "by hand\n");
  host.files.delete(`${ROOT}/sub/c.json`);
  const set = changesOf(host, [a, c, generated("z.yml"), scaffold("s")], { force: true });
  expect(drift(set)).toEqual({
    modified: [".ci-vault-gen.json", "z.yml"],
    missing: ["sub/c.json"],
    stale: ["d.yml", "sub/b.yml"],
  });
});

test("any single byte edited in any generated file is drift and named, the ledger included", () => {
  const artifacts = [generated("a.yml", "a: 1\n"), generated("b/c.json", "{}\n")];
  const clean = generatedHost(artifacts);
  for (const [path, content] of clean.files) {
    const bytes = Buffer.from(content);
    for (let index = 0; index < bytes.length; index++) {
      const host = createMemoryHost(Object.fromEntries(clean.files));
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      host.files.set(path, changed);
      const { modified } = drift(changesOf(host, artifacts, { force: true }));
      expect(modified).toContain(path.slice(ROOT.length + 1));
    }
  }
});

test("the root may be given relative to the working directory and with a slash at the end", () => {
  const host = createMemoryHost();
  generate(host, [a], { root: "ci-vault/" });
  expect(Object.keys(filesOf(host))).toEqual([LEDGER_FILE, `${ROOT}/a.yml`]);
});

test("a thousand artifacts are compared in one pass, each read once", () => {
  const artifacts = Array.from({ length: 1000 }, (_, index) => generated(`f${index % 10}/${index}.yml`));
  const host = generatedHost(artifacts);
  const reads = new Map<string, number>();
  let hashes = 0;
  const counting = {
    ...host,
    kind: (path: string) => (host.files.has(path) ? ("file" as const) : ("folder" as const)),
    readFile: (path: string) => {
      reads.set(path, (reads.get(path) ?? 0) + 1);
      return host.readFile(path);
    },
    hash: (text: string | Uint8Array) => (hashes++, host.hash(text)),
  };
  expect(changesOf(counting, artifacts).changes).toEqual([]);
  reads.delete(LEDGER_FILE);
  expect([...reads.values()].every((count) => count === 1)).toBe(true);
  expect(hashes).toBe(1000);
});
