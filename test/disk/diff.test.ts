import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderDiff, type ChangeSet } from "../../src/disk/index.ts";
import { changesOf, generate, generated, generatedHost, ROOT, scaffold, temporaryHost } from "./support.ts";

function setOf(...files: { path: string; before?: string | Uint8Array; after?: string }[]): ChangeSet {
  const changes = files.map(({ path, before, after }) => ({
    kind:
      before === undefined
        ? ("create" as const)
        : after === undefined
          ? ("remove" as const)
          : ("modify" as const),
    path,
    ownership: "generated" as const,
    ...(before === undefined ? {} : { before: Buffer.from(before) }),
    ...(after === undefined ? {} : { after }),
  }));
  return { root: ROOT, changes, unchanged: 0, interim: "", vacated: [] };
}
const diff = (before: string, after: string) =>
  renderDiff(setOf({ path: "f", before, after }), { prefix: "" });
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`);

test("three lines of context, hunks joined where they meet", () => {
  const before = lines(30);
  const after = [
    ...before.slice(0, 4),
    "new\n",
    ...before.slice(5, 11),
    ...before.slice(12, 25),
    "x\n",
    ...before.slice(25),
  ];
  expect(diff(before.join(""), after.join(""))).toBe(
    `--- a/f
+++ b/f
@@ -2,14 +2,13 @@
 line 2
 line 3
 line 4
-line 5
+new
 line 6
 line 7
 line 8
 line 9
 line 10
 line 11
-line 12
 line 13
 line 14
 line 15
@@ -23,6 +22,7 @@
 line 23
 line 24
 line 25
+x
 line 26
 line 27
 line 28
`,
  );
});

test("new and removed files stand against /dev/null", () => {
  const set = setOf({ path: "new", after: "a\nb\n" }, { path: "old", before: "a\n" });
  expect(renderDiff(set, { prefix: "ci-vault" })).toBe(`--- /dev/null
+++ b/ci-vault/new
@@ -0,0 +1,2 @@
+a
+b
--- a/ci-vault/old
+++ /dev/null
@@ -1 +0,0 @@
-a
`);
});

test("a missing newline at the end is said", () => {
  expect(diff("a\nb", "a\nb\n")).toBe(
    "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n",
  );
});

test("colour only when asked", () => {
  const set = setOf({ path: "f", before: "a\n", after: "b\n" });
  expect(renderDiff(set, { prefix: "" })).not.toContain("\u001b");
  expect(renderDiff(set, { prefix: "", colour: true })).toBe(
    "\u001b[1m--- a/f\u001b[0m\n\u001b[1m+++ b/f\u001b[0m\n\u001b[36m@@ -1 +1 @@\u001b[0m\n\u001b[31m-a\u001b[0m\n\u001b[32m+b\u001b[0m\n",
  );
});

test("what a job log should not be fed is only named", () => {
  for (const before of [Uint8Array.of(0xff), "a\u001b[2J\n", "hidden\rshown\n", "a\0"]) {
    expect(renderDiff(setOf({ path: "f", before, after: "b\n" }), { prefix: "out" })).toBe(
      "Binary files a/out/f and b/out/f differ\n",
    );
  }
  expect(diff("a\r\n", "a\n")).toContain("-a\r\n+a\n");
});

test("scaffolds can be left out", () => {
  const set = changesOf(generatedHost([generated("a")]), [generated("a"), scaffold("s")]);
  expect(renderDiff(set, { prefix: "" })).toContain("+++ b/s");
  expect(renderDiff(set, { prefix: "", scaffolds: false })).toBe("");
});

test("few edits are found as such, also in a big file; many are shown in bounded time", () => {
  const before = lines(100_000);
  const after = before.map((line, index) => (index % 1000 === 500 ? "changed\n" : line));
  const changed = diff(before.join(""), after.join("")).match(/^[-+](?![-+])/gm) ?? [];
  expect(changed.length).toBe(200);
  const start = performance.now();
  const other = before.map((line) => `other ${line}`);
  expect(diff(before.join(""), other.join("")).split("\n").length).toBe(200_004);
  expect(renderDiff(setOf({ path: "f", after: other.join("") }), { prefix: "" }).split("\n").length).toBe(
    100_004,
  );
  expect(performance.now() - start).toBeLessThan(5000);
});

test("git applies the whole diff of a run and gets what the run writes", () => {
  const { host, folder } = temporaryHost();
  const root = join(folder, "ci-vault");
  const first = [generated("a b.yml", "1\n2\n3\n"), generated("gone/x", "x\n"), generated("c", "1\n2")];
  const second = [generated("a b.yml", "0\n1\n3\n"), generated("new/y", "y\n"), generated("c", "1\n2\n3")];
  generate(host, first, { root });
  const patch = renderDiff(changesOf(host, second, { root }), { prefix: "ci-vault" });
  execFileSync("git", ["apply", "-p1", "-"], { cwd: folder, input: patch });
  expect(changesOf(host, second, { root }).changes).toEqual([]);
});

test("property: a diff turns the old text into the new one", () => {
  const line = fc.constantFrom("a\n", "b\n", "c\n", "d\n", "\n");
  const text = fc
    .tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom("", "", "a", "end"))
    .map(([all, end]) => all.join("") + end);
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const patch = diff(before, after);
      expect(patched(before, patch)).toBe(after);
      expect(patched(after, diff(after, before))).toBe(before);
    }),
    { numRuns: 500 },
  );
});

test("property: git reads it the same way", () => {
  const { folder } = temporaryHost();
  const text = fc
    .array(fc.constantFrom("a\n", "b\n", "c\n", "\n"), { minLength: 1, maxLength: 30 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const file = join(folder, "f");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, before);
      execFileSync("git", ["apply", "-p1", "-"], {
        cwd: folder,
        input: diff(before, after),
        stdio: ["pipe", "pipe", "pipe"],
      });
      expect(readFileSync(file, "utf8")).toBe(after);
    }),
    { numRuns: 25 },
  );
});

/** A reader of unified diffs that trusts nothing: every context and old line must be there, at the stated place. */
function patched(before: string, patch: string): string {
  const old = before.split(/(?<=\n)/).filter((line) => line !== "");
  const result: string[] = [];
  const body = patch.split("\n").slice(2, -1);
  let at = 0;
  for (const [index, line] of body.entries()) {
    if (line.startsWith("\\")) continue;
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      result.push(...old.slice(at, start));
      at = start;
      expect(result.length).toBe(Number(header[3]) - (header[4] === "0" ? 0 : 1));
      continue;
    }
    const text = line.slice(1) + (body[index + 1]?.startsWith("\\") ? "" : "\n");
    if (line[0] !== "+") expect(old[at++]).toBe(text);
    if (line[0] !== "-") result.push(text);
  }
  return [...result, ...old.slice(at)].join("");
}

test("a token that somebody pasted into a generated file is not shown, as it was or as it will be", () => {
  const token = `glpat-${"canary".repeat(4)}`;
  const dropped = diff(`a\nexport TOKEN=${token}\n`, "a\n");
  expect(dropped).toContain("-export TOKEN=***\n");
  const kept = diff(`TOKEN=${token}\nb\n`, `TOKEN=${token}\nc\n`);
  expect(kept).toContain(" TOKEN=***\n-b\n+c\n");
  expect(dropped + kept + diff("", `x: ${token}`)).not.toContain("canary");
});

test("of a private key no line is shown, also where its first one lies outside the hunk", () => {
  const kind = "PRIVATE KEY";
  const key = [
    `-----BEGIN ${kind}-----`,
    ...Array.from({ length: 9 }, (_, at) => `canary${at}`),
    `-----END ${kind}-----`,
  ];
  const file = (last: string) => `${[...key, "plain", last].join("\n")}\n`;
  const shown = diff(file("one"), file("two"));
  expect(shown).not.toContain("canary");
  expect(shown).toContain(" plain\n-one\n+two\n");
  const pasted = diff("x\n", `${key.join("\n")}\nx\n`);
  expect(pasted).not.toContain("canary");
  expect(pasted).toContain("+***\n");
});
