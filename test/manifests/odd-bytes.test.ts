import { describe, expect, test } from "vitest";
import { createMemoryHost } from "../../src/host/memory.ts";
import { compile } from "../../src/app/index.ts";
import { judge } from "./judge.ts";

// Manifests that nobody wants to have in a repository.

const GOOD = `version: 1
gitlab: { url: https://gitlab.example.com, project: { id: 22, path: mygroup/myproject } }
vault: { url: https://vault.example.com }
environments: { staging: { refs: default-branch } }
secrets: { A: secret/app#a }
`;
const code = (input: string | Uint8Array) => judge(input).diagnostics.map((found) => found.code);

test("no file at all", () => {
  const { diagnostics } = compile(createMemoryHost(), "nowhere.yml");
  expect(diagnostics.map((found) => found.code)).toEqual(["manifest/not-found"]);
  expect(diagnostics[0]?.message).toContain("nowhere.yml");
});

describe.each([
  ["5 MB of comments", `${GOOD}${"# filling\n".repeat(500_000)}`, ["manifest/too-large"]],
  ["5 MB of zeros", new Uint8Array(5_000_000), ["manifest/too-large"]],
  ["4 MiB to the byte", GOOD + "#".repeat(4 * 1024 * 1024 - GOOD.length), []],
  ["one byte more", GOOD + "#".repeat(4 * 1024 * 1024 - GOOD.length + 1), ["manifest/too-large"]],
  ["a picture", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), ["manifest/not-text"]],
  ["Latin-1", Buffer.from(`${GOOD}# Schlüssel\n`, "latin1"), ["manifest/not-text"]],
  ["UTF-16", Buffer.from(`\ufeff${GOOD}`, "utf16le"), ["manifest/not-text"]],
  ["half a character at the end", Buffer.concat([Buffer.from(GOOD), Buffer.from([0xe7, 0x99])]), ["manifest/not-text"]],
  ["a NUL in a comment", `${GOOD}# a\0b\n`, ["manifest/not-text"]],
  ["no bytes", "", ["manifest/empty"]],
  ["blank lines", "\n\n  \n", ["manifest/empty"]],
  ["null", "null\n", ["manifest/empty"]],
  ["an empty document", "---\n", ["manifest/empty"]],
  ["a byte order mark", `\ufeff${GOOD}`, []],
  ["Windows line ends", GOOD.replaceAll("\n", "\r\n"), []],
  ["no line end at the end", GOOD.trimEnd(), []],
  ["a document marker on each side", `---\n${GOOD}...\n`, []],
  ["20,000 open brackets", "[".repeat(20_000), ["manifest/syntax"]],
  ["2,000 nested blocks", Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"), ["manifest/syntax"]],
  ["a key that JavaScript keeps for itself", `${GOOD}__proto__: { a: 1 }\n`, ["manifest/wrong-type"]],
  ["keys that every object seems to have", `${GOOD}constructor: 1\ntoString: 2\n`, ["manifest/unknown-key", "manifest/unknown-key"]],
  ["the same below environments", GOOD.replace("staging", "constructor"), []],
] as const)("%s", (_, input, expected) => {
  test(`gives ${expected.length === 0 ? "no finding" : expected.join(", ")}`, () => {
    expect(code(input)).toEqual(expected);
  });
});

test("ten thousand mistakes are reported in reasonable time", () => {
  const secrets = Array.from({ length: 10_000 }, (_, index) => `  A${index}: secret/x*/y#z\n`).join("");
  const start = performance.now();
  const { diagnostics } = judge(GOOD.replace("secrets: { A: secret/app#a }\n", `secrets:\n${secrets}`));
  expect(diagnostics.length).toBe(10_000);
  // A quadratic renderer took minutes; this is far above what a slow machine needs.
  expect(performance.now() - start).toBeLessThan(10_000);
});
