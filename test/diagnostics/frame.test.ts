import fc from "fast-check";
import { expect, test } from "vitest";
import { renderFrame } from "../../src/diagnostics/frame.ts";
import { atSpan, renderHuman, renderJson, report } from "../../src/diagnostics/index.ts";
import { positionOf } from "../../src/diagnostics/source.ts";
import { screenWidth } from "../../src/diagnostics/width.ts";
import { marked, plainSource } from "./markers.ts";

function frame(withMarkers: string, label?: string): string {
  const { text, span } = marked(withMarkers);
  const place = { at: "span", span } as const;
  const lines = renderFrame(plainSource(text), label === undefined ? { place } : { place, text: label }, 1);
  return lines.slice(1).join("\n");
}

test.each([
  ["one word", "a: ┆b┆ c", "1 | a: b c\n  |    ^"],
  ["the line of several", "x: 1\ny: ┆22┆\nz: 3", "2 | y: 22\n  |    ^^"],
  ["a span over lines is marked to the end of its first", "a: ┆bc\nd┆e", "1 | a: bc\n  |    ^^"],
  ["nothing at all still has a caret", "a:┆┆", "1 | a:\n  |   ^"],
  ["the end of the file", "a: b\n┆┆", "2 |\n  | ^"],
  ["CRLF", "x: 1\r\ny: ┆2┆\r\n", "2 | y: 2\n  |    ^"],
  ["a tab is one column", "a:\t\t┆b┆", "1 | a:  b\n  |     ^"],
  ["wide characters take two", "a: 発売日 ┆b┆", "1 | a: 発売日 b\n  |           ^"],
  ["under wide characters", "a: ┆発売┆", "1 | a: 発売\n  |    ^^^^"],
  ["emoji take two", "🚀: ┆b┆", "1 | 🚀: b\n  |     ^"],
  ["combining marks take none", "e\u0301: ┆b┆", "1 | e\u0301: b\n  |    ^"],
  ["control characters are not shown", "a\u001b[2J: ┆b┆", "1 | a[2J: b\n  |       ^"],
  ["nor what reverses the direction", "a\u202e: ┆b┆", "1 | a: b\n  |    ^"],
  ["before a hidden value", "┆a┆: ‹hunter2› c", "1 | a: *** c\n  | ^"],
  ["under a hidden value of any length", "a: ┆‹hunter2-and-more›┆ c", "1 | a: *** c\n  |    ^^^"],
  ["inside a hidden value", "a: ‹hun┆ter┆2› c", "1 | a: *** c\n  |    ^^^"],
  ["behind a hidden value", "a: ‹hunter2›, ┆c┆", "1 | a: ***, c\n  |         ^"],
])("%s", (_, text, expected) => {
  expect(frame(text)).toBe(expected);
});

test("the label stands behind the caret", () => {
  expect(frame("a: ┆b┆", "here")).toBe("1 | a: b\n  |    ^ here");
});

test("of a long line only the part around the caret is shown", () => {
  const lines = frame(`${"left ".repeat(1000)}┆here┆${" right".repeat(1000)}`).split("\n");
  expect(lines[0]).toMatch(/^1 \| ….*left here right.*…$/);
  expect(screenWidth(lines[0] ?? "")).toBeLessThan(110);
  expect(lines[1]?.indexOf("^^^^")).toBe(lines[0]?.indexOf("here"));
});

test("a hidden value does not come into sight where the line is cut", () => {
  const shown = frame(`a: ‹${"hunter2 ".repeat(500)}›, ┆b┆: ‹${"hunter2 ".repeat(500)}›`);
  expect(shown).toBe("1 | …***, b: ***\n  |       ^");
});

test("whatever the line, the caret has the width of what it marks", () => {
  const part = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replace(/[┆‹›\n\r]/g, ""));
  fc.assert(
    fc.property(part, part, part, (before, inside, after) => {
      const [line = "", caret = ""] = frame(`${before}┆${inside}┆${after}`).split("\n");
      expect(line).not.toMatch(/\p{Surrogate}/u);
      expect(caret).toMatch(/^ {2}\| *\^+$/);
    }),
  );
});

test("lines and columns count from 1, in code points, whatever the line ends", () => {
  const source = plainSource("a🚀b\r\nc\n\nd");
  const positions = [0, 1, 3, 6, 7, 8, 9, 10].map((offset) => {
    const { line, column } = positionOf(source, offset);
    return `${line}:${column}`;
  });
  expect(positions).toEqual(["1:1", "1:2", "1:3", "2:1", "2:2", "3:1", "4:1", "4:2"]);
});

test("findings come in the order of the text, those without a place first, with frames of one width", () => {
  const source = plainSource("a\n".repeat(12));
  const found = [
    report("model/token", atSpan(22, 23), "twelfth", { also: [{ place: atSpan(2, 3), text: "second" }] }),
    report("model/token", atSpan(0, 1), "first"),
    report("model/token", undefined, "nowhere", { help: "look elsewhere" }),
  ];
  expect(renderHuman(found, source, { colour: false })).toBe(`error[model/token]: nowhere
  |
  = help: look elsewhere

error[model/token]: first
 --> file:1:1
  |
1 | a
  | ^

error[model/token]: twelfth
  --> file:12:1
   |
12 | a
   | ^
  ::: file:2:1
   |
 2 | a
   | ^ second

3 errors; more: ci-vault-gen explain model/token
`);
  const { diagnostics } = JSON.parse(renderJson(found, source)) as { diagnostics: { message: string }[] };
  expect(diagnostics.map(({ message }) => message)).toEqual(["nowhere", "first", "twelfth"]);
  expect(diagnostics[2]).toMatchObject({ line: 12, column: 1, related: [{ line: 2, label: "second" }] });
});

test("colour only when asked for, and never inside the frame", () => {
  const found = [report("model/token", atSpan(0, 1), "message")];
  const escape = "\u001b";
  expect(renderHuman(found, plainSource("a"), { colour: false })).not.toContain(escape);
  expect(renderHuman(found, plainSource("a"), { colour: true })).toMatch(/^\u001b\[1;31merror/);
});

test("nothing to say is nothing said", () => {
  expect(renderHuman([], undefined, { colour: false })).toBe("");
});
