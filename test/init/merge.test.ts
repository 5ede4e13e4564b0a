import { expect, it } from "vitest";
import { parse } from "yaml";

import { appendLines, insertItem } from "../../src/artifacts/scaffold/merge.ts";

const isOurs = (item: unknown) => (item as { local?: unknown } | null)?.local === "/x.yml";
const insert = (text: string) => insertItem(text, "include", ["- local: /x.yml"], isOurs);
const item = { local: "/x.yml" };

it.each([
  ["an empty file", "", "include:\n  - local: /x.yml\n"],
  ["comments only", "# a\n", "# a\ninclude:\n  - local: /x.yml\n"],
  ["no include", "# a\n\nb: 1\n", "# a\n\ninclude:\n  - local: /x.yml\n\nb: 1\n"],
  ["a document marker", "---\nb: 1\n", "---\ninclude:\n  - local: /x.yml\n\nb: 1\n"],
  [
    "a header with inputs",
    "spec:\n  inputs: {}\n---\nb: 1\n",
    "spec:\n  inputs: {}\n---\ninclude:\n  - local: /x.yml\n\nb: 1\n",
  ],
  ["a text", "include: a.yml # why\nb: 1\n", "include:\n  - local: /x.yml\n  - a.yml # why\nb: 1\n"],
  ["a quoted text", "include: 'a.yml'\n", "include:\n  - local: /x.yml\n  - 'a.yml'\n"],
  [
    "a mapping",
    "include:\n  local: a.yml\n\nb: 1\n",
    "include:\n  - local: /x.yml\n  - local: a.yml\n\nb: 1\n",
  ],
  [
    "a mapping of several lines",
    "include:\n  project: g/p\n  file:\n    - a.yml\nb: 1\n",
    "include:\n  - local: /x.yml\n  - project: g/p\n    file:\n      - a.yml\nb: 1\n",
  ],
  ["a list", "include:\n  - a.yml\n  - b.yml\n", "include:\n  - local: /x.yml\n  - a.yml\n  - b.yml\n"],
  ["a list at the margin", "include:\n- a.yml\n", "include:\n- local: /x.yml\n- a.yml\n"],
  [
    "a list with a wide dash",
    "include:\n    -   local: a.yml\n",
    "include:\n    - local: /x.yml\n    -   local: a.yml\n",
  ],
  [
    "a comment at the first item",
    "include:\n  # why\n  - a.yml\n",
    "include:\n  # why\n  - local: /x.yml\n  - a.yml\n",
  ],
  [
    "an unknown tag",
    "a:\n  script:\n    - !reference [.b, script]\n",
    "include:\n  - local: /x.yml\n\na:\n  script:\n    - !reference [.b, script]\n",
  ],
  ["no line end", "b: 1", "include:\n  - local: /x.yml\n\nb: 1"],
  ["windows lines", "b: 1\r\n", undefined],
  ["a flow list", "include: [a.yml]\n", undefined],
  ["a flow mapping", "include: { local: a.yml }\n", undefined],
  ["an alias", ".a: &a [a.yml]\ninclude: *a\n", undefined],
  ["an alias of nothing", "b: *a\n", undefined],
  ["no YAML", "a: [\n", undefined],
  ["a list on top", "- a\n", undefined],
])("%s", (_, before, after) => {
  expect(insert(before)).toBe(after);
  if (after === undefined || after.includes("---\n")) return;
  const was = (parse(before, { logLevel: "silent" }) as { include?: unknown } | null)?.include;
  const found = (parse(after, { logLevel: "silent" }) as { include: unknown }).include;
  expect(found).toEqual([item, ...(was === undefined ? [] : [was].flat())]);
  // Twice is once.
  expect(insert(after)).toBe(after);
});

it.each([
  ["", "a\nb\n"],
  ["a", "a\n\na\nb\n"],
  ["x\n", "x\n\na\nb\n"],
  ["b\r\na\r\n", "b\r\na\r\n"],
  ["a\nb", "a\nb"],
])("lines are added at the end of %j once", (before, after) => {
  expect(appendLines(before, ["a", "b"])).toBe(after);
});
