import { expect, test } from "vitest";

import { compile } from "../../src/app/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

/** Role name -> what it is for, for one environment with these refs. */
function roles(refs: string, more = ""): Readonly<Record<string, string>> {
  const text = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: g/p }
  version: "18.4"
vault:
  url: https://vault.example.com:8200
environments:
  e: { refs: ${refs}${more} }
secrets:
  A: secret/a#b
`;
  const { value, diagnostics } = compile(createMemoryHost({ "/repo/manifest.yml": text }), "manifest.yml");
  expect(diagnostics).toEqual([]);
  return Object.fromEntries(
    (value?.plan.environments[0]?.roles ?? []).map(({ name, because }) => [name, because]),
  );
}

test("the first ref rule's role has the plain name, the others say what they are for", () => {
  expect(roles("[default-branch, { tag: 'v*', protected: true }, merge-requests]")).toEqual({
    "g--p--e": "branch main",
    "g--p--e--protected-tag-vx": "protected tag v*",
    "g--p--e--merge-request": "merge request of the project itself",
  });
});

test("a rule that comes, goes or moves leaves the names of the others alone", () => {
  const tag = "{ tag: 'v*' }";
  const name = "g--p--e--tag-vx";
  expect(roles(`[default-branch, ${tag}]`)).toHaveProperty(name, "tag v*");
  expect(roles(`[default-branch, merge-requests, ${tag}]`)).toHaveProperty(name, "tag v*");
  expect(roles(`[default-branch, { branch: develop }, ${tag}, merge-requests]`)).toHaveProperty(
    name,
    "tag v*",
  );
  expect(roles(`[default-branch, ${tag}, { tag: 'w*' }]`)).toHaveProperty(name, "tag v* or w*");
});

test("names that would look alike are told apart, the same way every time", () => {
  const refs = "[default-branch, { tag: a+b, protected: true }, { tag: a=b, protected: true }, { tag: A-b }]";
  const found = Object.keys(roles(refs));
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(Object.keys(roles(refs)));
});

test("rules that one role can serve share it", () => {
  expect(roles("[{ branch: rel/* }, { tag: rel/* }]", ", sources: [push]")).toEqual({
    "g--p--e": "branch or tag rel/*",
  });
});

test("every name is one that Vault takes", () => {
  const refs = ["v*", "ünïcode", "-x-", "a.b", "$1", "it's", "x".repeat(200)];
  for (const ref of refs) {
    for (const name of Object.keys(roles(`[default-branch, { tag: ${JSON.stringify(ref)} }]`)))
      expect(name).toMatch(/^\w(?:[\w.-]+)?\w$/);
  }
});
