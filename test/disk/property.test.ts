import fc from "fast-check";
import { expect, test } from "vitest";
import type { Artifact } from "../../src/artifacts/index.ts";
import { apply, compare, LEDGER } from "../../src/disk/index.ts";
import type { Host } from "../../src/host/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { changesOf, filesOf, generate, generatedHost, generated, ROOT } from "./support.ts";

const segment = fc.constantFrom("a", "b", "c.yml", "d e", "é", "__proto__", "10", "constructor", "x.json");
const anyPath = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/"));
const artifact: fc.Arbitrary<Artifact> = fc.record({
  path: anyPath,
  text: fc.string({ unit: "binary" }),
  ownership: fc.constantFrom("generated", "generated", "scaffold"),
  executable: fc.boolean(),
});
/** No two of one path, none below another. */
const artifacts = fc
  .uniqueArray(artifact, { selector: ({ path }) => path, maxLength: 12 })
  .map((all) => all.filter(({ path }) => !all.some((other) => path.startsWith(`${other.path}/`))));

test("any artifacts applied, then compared, give no change; then others over them", () => {
  fc.assert(
    fc.property(artifacts, artifacts, (first, second) => {
      const host = createMemoryHost();
      generate(host, first);
      expect(changesOf(host, first).changes).toEqual([]);
      // A file that turns into a folder, or the reverse, is refused: that is another test's matter.
      const result = compare(host, ROOT, second);
      if (result.value === undefined) return;
      apply(host, result.value);
      expect(changesOf(host, second).changes).toEqual([]);
    }),
  );
});

test("generating B over A gives the bytes of generating B alone", () => {
  const generatedOnly = artifacts.map((all) => all.filter(({ ownership }) => ownership === "generated"));
  fc.assert(
    fc.property(generatedOnly, generatedOnly, (first, second) => {
      const host = generatedHost(first);
      const result = compare(host, ROOT, second);
      if (result.value === undefined) return;
      apply(host, result.value);
      expect(filesOf(host)).toEqual(filesOf(generatedHost(second)));
    }),
  );
});

test("no ledger text makes a run look at or touch anything outside the root", () => {
  const outside = {
    "/repo/victim": "v\n",
    "/etc/passwd": "v\n",
    "/repo/ci-vault-not/x": "v\n",
    "/victim": "v\n",
  };
  const hash = createMemoryHost().hash("v\n");
  const nasty = fc
    .array(
      fc.constantFrom(
        "..",
        ".",
        "",
        "a",
        "victim",
        "etc",
        "passwd",
        "\\",
        "..\\",
        "/",
        "repo",
        "\0",
        "ci-vault-not",
        ".git",
      ),
      { maxLength: 6 },
    )
    .map((segments) => segments.join("/"));
  const files = fc.dictionary(
    fc.oneof(nasty, fc.string(), anyPath),
    fc.constantFrom(hash, `${hash} ${hash}`, "", "x"),
    { maxKeys: 4 },
  );
  const ledger = fc.oneof(
    files.map((all) => JSON.stringify({ version: 1, files: all })),
    fc.json(),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(ledger, fc.boolean(), (text, force) => {
      const memory = createMemoryHost({
        ...outside,
        [`${ROOT}/${LEDGER}`]: text,
        [`${ROOT}/a/victim`]: "v\n",
      });
      const host = fenced(memory);
      const result = compare(host, ROOT, [generated("a.yml")], { force });
      if (result.value !== undefined) apply(host, result.value);
      expect(filesOf(memory)).toMatchObject(outside);
    }),
    { numRuns: 1000 },
  );
});

/** Fails as soon as it is asked about a path that is not the root or, resolved, below it. */
function fenced(host: Host): Host {
  const inside = (path: string) => {
    expect(path).toMatch(/^\/repo\/ci-vault(\/|$)/);
    expect(path.split("/")).not.toContain("..");
    return path;
  };
  return {
    ...host,
    kind: (path) => host.kind(inside(path)),
    list: (path) => host.list(inside(path)),
    readFile: (path) => host.readFile(inside(path)),
    writeFile: (path, text, options) => host.writeFile(inside(path), text, options),
    removeFile: (path) => host.removeFile(inside(path)),
    removeEmptyFolder: (path) => host.removeEmptyFolder(inside(path)),
  };
}
