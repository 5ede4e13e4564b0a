import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import { isPublic } from "../../src/manifest/schema-walk.ts";
import { filesIn, judge, manifestsAt } from "../manifests/judge.ts";

// Whatever is wrong with a manifest, no value that the schema does not call public comes out again: every such value of
// every manifest of the tests is replaced by a canary, comments get one too, and then something is broken.

const manifests = [
  ...filesIn("ok").map((file) => join("ok", file)),
  ...filesIn("err")
    .filter((file) => file.endsWith(".yml"))
    .map((file) => join("err", file)),
]
  .map((file) => readFileSync(join(manifestsAt, file), "utf8"))
  // There the canary is in a key, in the shape of a token; a damaged token is a key like any other.
  .filter((text) => !/^ *glpat-CANARY/m.test(text))
  .filter((text) => parseDocument(text).errors.length === 0)
  .map(withCanaries)
  .filter((text) => text.includes("CANARY"));

function withCanaries(text: string): string {
  const places: { start: number; end: number }[] = [];
  visit(parseDocument(text, { logLevel: "error" }), {
    Scalar(key, node, path) {
      const route = path.flatMap((step) =>
        isPair(step) && isScalar(step.key) ? [String(step.key.value)] : isSeq(step) ? ["*"] : [],
      );
      const value = path.at(-1);
      // Block scalars keep their own text; a key without a value is not a value.
      const plain = node.type === "PLAIN" || node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
      if (key === "key" || !plain || !node.range || isPublic(route) || (isPair(value) && value.key === node))
        return;
      if (node.range[1] > node.range[0]) places.push({ start: node.range[0], end: node.range[1] });
    },
  });
  let result = "";
  let at = 0;
  for (const [index, { start, end }] of places.entries()) {
    result += `${text.slice(at, start)}CANARY-${index}`;
    at = end;
  }
  return `${result}${text.slice(at)}`
    .replace(/^version: 1$/m, "# CANARY-comment\nversion: 1")
    .replace(/^vault:$/m, "vault: # CANARY-comment");
}

/** One change of the text that leaves every canary, and what stands right beside it, as it is. */
interface Damage {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

function damaged(text: string, { at, remove, insert }: Damage): string {
  const start = at % text.length;
  const end = Math.min(text.length, start + remove);
  for (const match of text.matchAll(/CANARY-\w+/g)) {
    if (start <= match.index + match[0].length + 1 && end >= match.index - 1) return text;
  }
  return text.slice(0, start) + insert + text.slice(end);
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(2000),
  remove: fc.nat(12),
  insert: fc.constantFrom(
    "",
    "",
    "x",
    ":",
    ": ",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\t",
    "\n",
    "- ",
    "#",
    "*",
    "&",
    "|",
    "? ",
    "!",
    ",",
    "---\n",
  ),
});

test("there is something to find", () => {
  expect(manifests.length).toBeGreaterThan(100);
});

test("no manifest, damaged or not, gives a value away", () => {
  fc.assert(
    fc.property(fc.constantFrom(...manifests), fc.array(damage, { maxLength: 3 }), (text, changes) => {
      const { human, json } = judge(changes.reduce(damaged, text));
      expect(human + json).not.toContain("CANARY");
    }),
    { numRuns: 2000 },
  );
});
