import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { commandIn } from "../prove/support.ts";
import { git, makeProject } from "../support/gitlab/project.ts";

const OLD = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: mygroup/myproject }
  version: "18.4"
vault:
  url: https://vault.example.com:8200
environments:
  review: { refs: merge-requests }
  staging: { refs: default-branch }
  production:
    refs: { tag: v*, protected: true }
    gitlab_environment: production
secrets:
  DB_PASSWORD: secret/myproject/{environment}/db#password
  API_KEY: secret/myproject/{environment}/api#key
`;

const change = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the manifest has no ${from}`);
    return text.replace(from, to);
  }, OLD);

async function diff(old: string, next: string, ...more: readonly string[]) {
  const host = createMemoryHost({ "/repo/old.yml": old, "/repo/new.yml": next });
  const code = await run(["diff", "--access", "old.yml", "new.yml", ...more], host);
  return { code, out: host.stdout(), err: host.stderr() };
}

const WIDER = change(
  ["staging: { refs: default-branch }", "staging: { refs: [default-branch, { branch: release/* }] }"],
  ["refs: { tag: v*, protected: true }", "refs: { tag: v* }"],
);

test.each([
  ["wider.txt", OLD, WIDER, []],
  ["wider.md", OLD, WIDER, ["--format", "markdown"]],
  ["wider.json", OLD, WIDER, ["--format", "json"]],
  ["narrower.txt", WIDER, OLD, []],
  [
    "both.txt",
    OLD,
    change(
      ["{ refs: merge-requests }", "{ refs: { branch: feature/*, protected: false }, sources: [push] }"],
      ["  API_KEY: secret/myproject/{environment}/api#key\n", ""],
      ["    gitlab_environment: production\n", ""],
    ),
    [],
  ],
  [
    "another-project.txt",
    OLD,
    change([
      "project: { id: 22, path: mygroup/myproject }",
      "project: { id: 23, path: mygroup/other }\n  # moved\n",
    ]),
    [],
  ],
  [
    "more-projects.txt",
    OLD,
    change([
      "project: { id: 22, path: mygroup/myproject }",
      "projects: [{ id: 22, path: mygroup/myproject }, { id: 23, path: mygroup/other }]",
    ]),
    [],
  ],
  [
    "claims.txt",
    change(["{ refs: default-branch }", "{ refs: default-branch, claims: { user_login: [alice, ops-*] } }"]),
    OLD,
    [],
  ],
  ["any-branch.txt", OLD, change(["{ refs: default-branch }", '{ refs: { branch: "*" } }']), []],
  ["sources.txt", change(["{ refs: default-branch }", "{ refs: default-branch, sources: [push] }"]), OLD, []],
  [
    "vault.txt",
    change(["vault.example.com:8200\n", "vault.example.com:8200\n  token: { bound_cidrs: [10.0.0.0/8] }\n"]),
    change(["vault.example.com:8200\n", "vault.example.com\n  token: { ttl: 5m, policies: [shared] }\n"]),
    [],
  ],
] as const)("%s", async (name, old, next, more) => {
  const { code, out, err } = await diff(old, next, ...more);
  expect(err).toBe("");
  expect(code).toBe(0);
  await expect(out).toMatchFileSnapshot(`golden/${name}`);
});

test("the same access in other words is the same access", async () => {
  const other = change(
    [
      "{ refs: default-branch }",
      "{ refs: [{ branch: main, protected: true }, { branch: main, protected: false }] }",
    ],
    ["url: https://gitlab", "default_branch: main\n  url: https://gitlab"],
  );
  const { code, out } = await diff(OLD, other, "--no-widening");
  expect([code, out]).toEqual([0, "access is the same; 6 paths are as before\n"]);
});

test("--no-widening: exit code 1 for wider, 0 for narrower", async () => {
  expect((await diff(OLD, WIDER, "--no-widening")).code).toBe(1);
  expect((await diff(WIDER, OLD, "--no-widening")).code).toBe(0);
});

test("a manifest that is wrong, or not there, ends with 2 and its diagnostics", async () => {
  expect((await diff(OLD, "version: 2\n")).code).toBe(2);
  const host = createMemoryHost({ "/repo/old.yml": OLD });
  expect(await run(["diff", "--access", "old.yml", "new.yml"], host)).toBe(2);
  expect(host.stderr()).toContain("there is no manifest at new.yml");
});

test("--access has to be said: there may be other comparisons one day", async () => {
  const host = createMemoryHost({ "/repo/old.yml": OLD });
  expect(await run(["diff", "old.yml", "old.yml"], host)).toBe(2);
});

test("git revisions, and no others than git has", async () => {
  const dir = await makeProject({ "ops/manifest.yml": OLD });
  await git(dir, ["tag", "v1"]);
  writeFileSync(join(dir, "ops/manifest.yml"), WIDER);
  const ask = (...words: readonly string[]) => commandIn(dir, ["diff", "--access", ...words]);
  const { code, out } = await ask("v1:ops/manifest.yml", "ops/manifest.yml", "--no-widening");
  expect(code).toBe(1);
  expect(out).toContain("+ now readable from branch release/*\n");
  expect((await ask("ops/manifest.yml", "HEAD:ops/manifest.yml", "--no-widening")).code).toBe(0);
  const missing = await ask("v2:ops/manifest.yml", "ops/manifest.yml");
  expect(missing.code).toBe(2);
  expect(missing.err).toMatch(/^git has no v2:ops\/manifest.yml: /);
  // A name that git would take for an option is a file that is not there.
  expect((await ask("--output=x:manifest.yml", "ops/manifest.yml")).code).toBe(2);
});
