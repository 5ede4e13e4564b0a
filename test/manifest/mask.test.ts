import { expect, test } from "vitest";
import { readManifest } from "../../src/manifest/index.ts";

/** The whole text as frames would show it. */
function shown(text: string): string {
  const { source } = readManifest("manifest.yml", Buffer.from(text));
  let result = "";
  let at = 0;
  for (const { start, end } of source.hidden()) {
    result += `${text.slice(at, start)}***`;
    at = end;
  }
  return result + text.slice(at);
}

test.each([
  [
    "public values and all keys",
    "version: 1\nvault: { url: https://v.example.com }",
    "version: 1\nvault: { url: https://v.example.com }",
  ],
  ["references to secrets", "secrets:\n  A: secret/app#a", "secrets:\n  A: ***"],
  ["quoted ones with their quotes", `secrets: { A: "x: y, z", B: 'b' }`, "secrets: { A: ***, B: *** }"],
  [
    "numbers and booleans too",
    "secrets: { A: 1234, B: true, C: null }",
    "secrets: { A: ***, B: ***, C: *** }",
  ],
  [
    "the long form, but for its words",
    "secrets: { A: { path: p, field: f, as: file, version: 3 } }",
    "secrets: { A: { path: ***, field: ***, as: file, version: 3 } }",
  ],
  ["comments, wherever they are", "# one\nversion: 1 # two\n  # three", "***\nversion: 1 ***\n  ***"],
  [
    "block scalars, line by line",
    "secrets:\n  A: |\n    one\n    two\n",
    "secrets:\n  A: |\n    ***\n    ***\n",
  ],
  ["folded quotes over lines", 'secrets:\n  A: "one\n    two"\n', "secrets:\n  A: ***\n    ***\n"],
  [
    "anchors, aliases and tags",
    "secrets: { A: &hunter2 x, B: *hunter2, C: !hunter2 y }",
    "secrets: { A: ***, B: ***, C: *** }",
  ],
  [
    "values of keys that the language does not have",
    "vault: { password: hunter2 }",
    "vault: { password: *** }",
  ],
  [
    "values below keys that the language does not have",
    "extra: { url: hunter2, deep: [hunter2] }",
    "extra: { url: ***, deep: [***] }",
  ],
  [
    "bodies of jobs, but for their keys and environments",
    "jobs: { a: { environments: [b], script: [c], variables: { D: e } } }",
    "jobs: { a: { environments: [b], script: [***], variables: { D: *** } } }",
  ],
  [
    "what YAML takes for a key inside a script",
    "jobs:\n  a:\n    script:\n      - curl -H Token: hunter2",
    "jobs:\n  a:\n    script:\n      - ***: ***",
  ],
  ["what YAML takes for a key inside braces", "secrets: { A: {hunter2} }", "secrets: { A: {***} }"],
  [
    "credentials in a public address",
    "vault: { url: https://me:hunter2@v.example.com }",
    "vault: { url: *** }",
  ],
  [
    "tokens in public places",
    `gitlab: { default_branch: ${"glpat"}-hunter2hunter2hunter2 }`,
    "gitlab: { default_branch: *** }",
  ],
  ["tokens as keys", `secrets: { ${"glpat"}-hunter2hunter2hunter2: x }`, "secrets: { *** }"],
])("hides or shows %s", (_, text, expected) => {
  expect(shown(text).replaceAll("***: ***", "***")).toBe(expected.replaceAll("***: ***", "***"));
});

test.each([
  ["keys", "secrets:\n  A: hunter2: x\n  B: hunter2\n- C: hunter2", "secrets:\n  A: ***\n  B: ***\n- C: ***"],
  ["not the begin of a value that looks like a key", "a: {\nhttps://hunter2\nhunter2 x: y", "a: {\n***\n***"],
  ["no comments", "a: [ # hunter2\n# hunter2", "a: ***\n***"],
  ["no tokens before a colon", `a: [\n${"glpat"}-hunter2hunter2hunter2: x`, "a: [\n***"],
  ["punctuation", "a: [\n  {\n  ]", "a: [\n  {\n  ]"],
])("shows of a text that is no YAML: %s", (_, text, expected) => {
  expect(shown(text)).toBe(expected);
});
