import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LEDGER } from "../../src/disk/index.ts";
import { changesOf, generate, generated, listed, refusalsOf, scaffold, temporaryHost } from "./support.ts";

const a = generated("a.yml");
const b = generated("sub/b.yml");

function set() {
  const { host, folder } = temporaryHost();
  const at = (...parts: string[]) => join(folder, ...parts);
  mkdirSync(at("outside"));
  writeFileSync(at("outside", "b.yml"), b.text);
  return { host, at, root: at("out") };
}

test("the real machine: generated twice, removed again, empty folders tidied, the root's parents never", () => {
  const { host, at } = set();
  const root = at("deep", "er", "out");
  generate(host, [a, b, generated("x/y/z.yml")], { root });
  expect(changesOf(host, [a, b, generated("x/y/z.yml")], { root }).changes).toEqual([]);
  writeFileSync(at("deep", "er", "out", "sub", "mine"), "");
  generate(host, [a], { root });
  expect(readdirSync(root).toSorted()).toEqual([LEDGER, "a.yml", "sub"]);
  expect(readdirSync(join(root, "sub"))).toEqual(["mine"]);
  generate(host, [], { root });
  expect(readdirSync(root)).toEqual(["sub"]);
  mkdirSync(at("deep", "er", "empty"));
  generate(host, [b], { root: at("deep", "er", "empty") });
  generate(host, [], { root: at("deep", "er", "empty") });
  expect(readdirSync(at("deep", "er", "empty"))).toEqual([]);
});

test("folders left empty by a run that died are tidied by the next", () => {
  const { host, root } = set();
  generate(host, [a, b], { root });
  host.removeFile(join(root, "sub/b.yml"));
  generate(host, [a], { root });
  expect(existsSync(join(root, "sub"))).toBe(false);
});

test("a generated script can be run, also after it was replaced", () => {
  const { host, root } = set();
  const mode = () => statSync(join(root, "setup.sh")).mode & 0o777;
  generate(host, [{ ...generated("setup.sh"), executable: true }, a], { root });
  expect(mode()).toBe(0o755);
  chmodSync(join(root, "setup.sh"), 0o600);
  generate(host, [{ ...generated("setup.sh", "new\n"), executable: true }, a], { root });
  expect(mode()).toBe(0o755);
  expect(statSync(join(root, "a.yml")).mode & 0o111).toBe(0);
});

test("no temporary file stays behind", () => {
  const { host, root } = set();
  generate(host, [a], { root });
  generate(host, [generated("a.yml", "new\n")], { root });
  expect(readdirSync(root).toSorted()).toEqual([LEDGER, "a.yml"]);
});

test.each([false, true])("a root that is a link is refused (force: %s)", (force) => {
  const { host, at, root } = set();
  symlinkSync(at("outside"), root);
  expect(refusalsOf(host, [a, b], { root, force })).toEqual(["disk/outside-root: `out` is a symbolic link"]);
  expect(readdirSync(at("outside"))).toEqual(["b.yml"]);
});

test("a root that is reached through a link is fine", () => {
  const { host, at } = set();
  symlinkSync(at("outside"), at("way"));
  generate(host, [a], { root: at("way", "out") });
  expect(readdirSync(at("outside", "out")).toSorted()).toEqual([LEDGER, "a.yml"]);
});

test.each([false, true])("a folder that is a link is refused, for what is written (force: %s)", (force) => {
  const { host, at, root } = set();
  mkdirSync(root);
  symlinkSync(at("outside"), join(root, "sub"));
  expect(refusalsOf(host, [a, b, scaffold("sub/s")], { root, force })).toEqual([
    "disk/outside-root: `out/sub` on the way to `out/sub/b.yml` is a symbolic link",
    "disk/outside-root: `out/sub` on the way to `out/sub/s` is a symbolic link",
  ]);
});

test.each([false, true])(
  "a folder that became a link is refused, for what is removed (force: %s)",
  (force) => {
    const { host, at, root } = set();
    generate(host, [a, b], { root });
    host.removeFile(join(root, "sub/b.yml"));
    host.removeEmptyFolder(join(root, "sub"));
    symlinkSync(at("outside"), join(root, "sub"));
    const message = "disk/outside-root: `out/sub` on the way to `out/sub/b.yml` is a symbolic link";
    const reads: string[] = [];
    const spy = { ...host, readFile: (path: string) => (reads.push(path), host.readFile(path)) };
    expect(refusalsOf(spy, [a], { root, force })).toEqual([message]);
    expect(reads.filter((path) => path.endsWith("b.yml"))).toEqual([]);
    expect(readFileSync(at("outside", "b.yml"), "utf8")).toBe(b.text);
  },
);

test.each(["outside/b.yml", "nowhere"])("a file that is a link to %s is refused", (target) => {
  const { host, at, root } = set();
  mkdirSync(root);
  symlinkSync(at(target), join(root, "a.yml"));
  for (const force of [false, true]) {
    expect(refusalsOf(host, [generated("a.yml", b.text)], { root, force })).toEqual([
      "disk/outside-root: `out/a.yml` is a symbolic link",
    ]);
  }
  expect(changesOf(host, [scaffold("a.yml")], { root }).changes).toEqual([]);
});

test("a ledger that is a link, or a folder, is refused and not read", () => {
  for (const make of [symlinkSync, (_: string, path: string) => mkdirSync(path)]) {
    const { host, at, root } = set();
    mkdirSync(root);
    make(at("outside", "b.yml"), join(root, LEDGER));
    for (const force of [false, true]) {
      expect(refusalsOf(host, [a], { root, force })).toEqual([
        expect.stringMatching(/^disk\/(outside-root|foreign-file): `out\/\.ci-vault-gen\.json` is a /),
      ]);
    }
  }
});

test("a listed file in whose place a folder stands is no longer ours", () => {
  const { host, root } = set();
  generate(host, [a, b], { root });
  host.removeFile(join(root, "a.yml"));
  mkdirSync(join(root, "a.yml"));
  expect(listed(changesOf(host, [b], { root }))).toEqual([`modify ${LEDGER}`]);
  generate(host, [b], { root });
  expect(lstatSync(join(root, "a.yml")).isDirectory()).toBe(true);
});
