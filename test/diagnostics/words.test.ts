import { expect, test } from "vitest";
import { closest, CODES, looksSecret, report } from "../../src/diagnostics/index.ts";

test.each([
  ["audiance", ["mount", "audience"], "audience"],
  ["refs", ["sources", "refs"], "refs"],
  ["protected-tag", ["protected-branches", "protected-tags"], "protected-tags"],
  ["enviroment", ["environment", "project"], "environment"],
  ["Secert", ["secret"], "secret"],
  ["merge_request", ["push", "merge_request_event"], "merge_request_event"],
  ["protected", ["protected-branches", "protected-tags"], undefined],
  ["key", ["path", "field", "as"], undefined],
  ["x", ["as"], undefined],
  ["anything", [], undefined],
])("%s, meant of %j: %s", (word, candidates, expected) => {
  expect(closest(word, candidates)).toBe(expected);
});

// Put together at run time: a scanner of repositories would find them in the source.
const tokens = [
  ["glpat", "-AbCdEfGh1234567890x"],
  ["gldt", "-AbCdEfGh1234567890x"],
  ["ghp_", "AbCdEfGh1234567890xAbCdEfGh12345678"],
  ["github_pat", "_11AbCdEfGh1234567890x"],
  ["hvs", ".CAESIJlU02LqZ-xyzXYZ0123"],
  ["s", ".AbCdEfGh1234567890xAbCdE"],
  ["AKIA", "IOSFODNN7EXAMPLE"],
  ["xoxb", "-1234567890-abcdef"],
  ["sk_live", "_AbCdEfGh1234567890x"],
  ["eyJhbGciOiJSUzI1NiJ9", ".eyJpc3MiOiJodHRwcyJ9.c2ln"],
  ["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\n-----END"],
  ["https://user:", "hunter2@vault.example.com"],
].map((parts) => parts.join(""));

test.each(tokens)("looks like a secret, and is taken out of messages: %s", (token) => {
  expect(looksSecret(token)).toBe(true);
  const { message, help, notes } = report("model/token", undefined, `\`${token}\` there`, {
    notes: [token],
    help: token,
  });
  for (const text of [message, help, ...notes]) {
    expect(text).toContain("***");
    expect(text).not.toContain(token);
    expect(text).not.toMatch(/1234567890|hunter2|MIIE/);
  }
});

test.each([
  "secret/myproject/{environment}/db#password",
  "glossary-of-production-terms",
  "global-settings/app-config",
  "asiapacificdatabase",
  "risk_customer_billing_database",
  "hvac.controller/settings",
  "https://gitlab.example.com/group/project",
  "gitlab.example.com/group/project//.gitlab-ci.yml@refs/heads/main",
  "-----BEGIN PUBLIC KEY-----",
  "eyJ",
])("is an ordinary word: %s", (text) => {
  expect(looksSecret(text)).toBe(false);
});

test("messages stand alone: lower case, no full stop", () => {
  for (const [code, [, title]] of Object.entries(CODES)) {
    expect(title, code).toMatch(/^[a-z]/);
    expect(title, code).not.toMatch(/[.!]$/);
  }
});
