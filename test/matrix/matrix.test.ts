import { expect, test } from "vitest";

import { matrix, type MatrixOptions } from "../../src/app/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

/** Several roles, a GitLab environment, patterns, merge requests: one of each that a matrix has to show. */
const MANIFEST = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: mygroup/myproject }
  version: "18.4"
vault:
  url: https://vault.example.com:8200
environments:
  review: { refs: merge-requests }
  staging: { refs: [default-branch, { tag: "rc-*" }] }
  production:
    refs: { branch: release/*, protected: true }
    gitlab_environment: production
secrets:
  DB_PASSWORD: secret/myproject/{environment}/db#password
  SENTRY_DSN: secret/shared/sentry#dsn
`;

const golden = (name: string) => `golden/${name}`;

function ask(options: MatrixOptions, files: Readonly<Record<string, string>> = {}) {
  const extra = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/repo/${name}`, text]));
  const host = createMemoryHost({ "/repo/manifest.yml": MANIFEST, ...extra });
  const code = matrix(host, "manifest.yml", options);
  return { code, out: host.stdout(), err: host.stderr() };
}

test.each([
  ["environments.txt", {}],
  ["environments.md", { format: "markdown" }],
  ["environments.json", { format: "json" }],
  ["environments.csv", { format: "csv" }],
  ["secrets.txt", { by: "secret" }],
  ["ref-main.txt", { ref: "main" }],
  ["path.txt", { path: "secret/data/shared/sentry" }],
] as const)("%s", async (name, options) => {
  const { code, out, err } = ask(options);
  expect(err).toBe("");
  expect(code).toBe(0);
  await expect(out).toMatchFileSnapshot(golden(name));
});

test("a path may be written without the data/ of KV v2, or as the API has it", () => {
  const full = ask({ path: "secret/data/shared/sentry" }).out;
  expect(ask({ path: "secret/shared/sentry" }).out).toBe(full);
  expect(ask({ path: "/v1/secret/data/shared/sentry" }).out).toBe(full);
});

test("a path that nobody reads is a mistake, and the likely one is named", () => {
  const { code, err } = ask({ path: "secret/data/shared/sentri" });
  expect(code).toBe(2);
  expect(err).toBe(
    "no environment of this manifest reads secret/data/shared/sentri; did you mean secret/data/shared/sentry?\n",
  );
});

const CONTEXTS = `contexts:
  nightly: { branch: main, source: schedule }
  hotfix: { branch: release/2.0, protected: true, environment: production }
  stranger: { merge_request: feature/x, fork: true }
  other-project: { branch: main, project: 23 }
  alice: { tag: rc-1, claims: { user_login: alice } }
`;

test("contexts of one's own", async () => {
  const { code, out } = ask({ context: "contexts.yml" }, { "contexts.yml": CONTEXTS });
  expect(code).toBe(0);
  await expect(out).toMatchFileSnapshot(golden("own-contexts.txt"));
});

test.each([
  ["contexts: { a: { branch: main, tag: v1 } }", "needs exactly one of"],
  ["contexts: { a: { protected: true } }", "needs exactly one of"],
  ["contexts: { a: { branch: main, colour: red } }", "unrecognized key"],
  ["- a", "expected object"],
  ["contexts: { a: { branch: main }", "manifest/syntax"],
])("a context file that makes no sense: %s", (text, words) => {
  const { code, out, err } = ask({ context: "contexts.yml" }, { "contexts.yml": text });
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(words);
});

test("what the JSON says is what --expect takes", () => {
  const json = ask({ format: "json" }).out;
  const { code, out, err } = ask({ expect: "matrix.json" }, { "matrix.json": json });
  expect([code, out]).toEqual([0, ""]);
  expect(err).toMatch(/^as expected: \d+ cells of matrix.json\n$/);
});

test("cells that are not as expected are named, and the exit code is 1", () => {
  const expected = `allowed:\n  default-branch: [production]\n  feature-branch: []\n`;
  const { code, out, err } = ask({ expect: "matrix.yml" }, { "matrix.yml": expected });
  expect(code).toBe(1);
  expect(out).toBe(
    "default-branch: may read staging, by the role mygroup--myproject--staging, and should not\n" +
      "default-branch: should read production, and is denied by ref, environment\n",
  );
  expect(err).toBe("2 of 6 cells differ from matrix.yml\n");
});

test.each([
  ["allowed: { defualt-branch: [] }", "there is no context defualt-branch; did you mean default-branch?"],
  ["allowed: { web: [stagign] }", "there is no column stagign; did you mean staging?"],
])("a typo in an expectation does not pass as a test: %s", (text, words) => {
  const { code, err } = ask({ expect: "matrix.yml" }, { "matrix.yml": text });
  expect(code).toBe(2);
  expect(err).toContain(words);
});

test("a missing file is said to be missing", () => {
  expect(ask({ expect: "matrix.yml" }).code).toBe(2);
  expect(ask({ context: "contexts.yml" }).err).toContain("there is no file at contexts.yml");
});

test("a fork's merge request may read on a GitLab that cannot tell it apart, and the matrix says so", () => {
  const old = MANIFEST.replace('"18.4"', '"17.0"');
  const host = createMemoryHost({ "/repo/manifest.yml": old });
  matrix(host, "manifest.yml", {});
  expect(host.stdout()).toMatch(/^fork-merge-request +yes {2}mygroup--myproject--review/m);
  expect(host.stderr()).toContain("access/fork-merge-requests");
});

test("CSV that a spreadsheet opens without taking a name for a formula", () => {
  const { out } = ask(
    { context: "c.yml", format: "csv" },
    { "c.yml": `contexts: { '=1+1': { branch: main }, 'a,"b': { branch: x } }` },
  );
  expect(out).toContain("\r\n'=1+1,");
  expect(out).toContain('\r\n"a,""b",');
});
