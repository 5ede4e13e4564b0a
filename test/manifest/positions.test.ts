import { expect, test } from "vitest";
import { positionOf } from "../../src/diagnostics/source.ts";
import { readManifest } from "../../src/manifest/index.ts";
import { buildModel } from "../../src/model/index.ts";
import { marked } from "../diagnostics/markers.ts";

const HEAD = `version: 1
gitlab: { url: https://gitlab.example.com, project: { id: 22, path: mygroup/myproject } }
vault: { url: https://vault.example.com }
`;
const ENVIRONMENTS = "environments: { staging: { refs: default-branch } }\n";
const SECRETS = "secrets: { A: secret/app#a }\n";

test.each([
  ["an unknown key, at the key", `${HEAD}${ENVIRONMENTS}${SECRETS}┆jops┆: {}`],
  ["a quoted key, quotes included", `${HEAD}${ENVIRONMENTS}${SECRETS}┆"jops"┆: {}`],
  [
    "a missing key, at the key of its mapping",
    `${HEAD}${SECRETS}environments:\n  ┆staging┆:\n    sources: [push]`,
  ],
  [
    "a missing key of a list item, at the item",
    `${HEAD.replace("project: { id: 22, path: mygroup/myproject }", "projects: [┆{ id: 22 }┆]")}${ENVIRONMENTS}${SECRETS}`,
  ],
  ["a wrong type, at the value", `${HEAD}${SECRETS}environments: { staging: { refs: ┆5┆ } }`],
  ["a wrong block, at its key", `${HEAD}${ENVIRONMENTS}┆secrets┆:\n  - a\n  - b`],
  ["an empty value, at its key", `${HEAD}${ENVIRONMENTS}┆secrets┆:\n`],
  [
    "an item of a list",
    `${HEAD}${SECRETS}environments:\n  staging:\n    refs:\n      - default-branch\n      - ┆main┆\n`,
  ],
  ["a deep value", `${HEAD}${SECRETS}environments: { staging: { refs: { branch: ┆"a b"┆ } } }`],
  [
    "a value behind an alias, where it is written",
    `${HEAD}${SECRETS}environments:\n  a: { refs: &r [┆default-branch┆] }\n  b: { refs: default-branch, sources: *r }`,
  ],
  [
    "a value that came through a merge, at the nearest key",
    `${HEAD}${SECRETS}` +
      "environments:\n  ┆a┆: { <<: { sources: [merge_request_event] }, refs: default-branch }",
  ],
])("%s", (_, withMarkers) => {
  const { text, span } = marked(withMarkers);
  for (const [bytes, expected] of [
    [text, withMarkers],
    // The same with Windows line ends: everything moves, and fits again.
    [text.replaceAll("\n", "\r\n"), withMarkers.replaceAll("\n", "\r\n")],
  ] as const) {
    const { value, source, diagnostics } = readManifest("manifest.yml", Buffer.from(bytes));
    const found = value === undefined ? diagnostics : buildModel(value).diagnostics;
    const [first] = found;
    const place = first?.labels[0]?.place;
    if (place === undefined) throw new Error("a finding with a place was expected");
    expect(source.locate(place)).toEqual(marked(expected).span);
  }
  expect(span.end).toBeGreaterThan(span.start);
});

test("a byte order mark shifts nothing", () => {
  const { source, diagnostics } = readManifest("m", Buffer.from(`\ufeffversion: 1\njops: {}\n`));
  const place = diagnostics.find(({ code }) => code === "manifest/unknown-key")?.labels[0]?.place;
  const span = place && source.locate(place);
  expect(span && positionOf(source, span.start)).toEqual({ line: 2, column: 1 });
});
