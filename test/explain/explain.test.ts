import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

import { explain, type ExplainOptions } from "../../src/app/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { branch, mergeRequest, project, tag } from "../support/gitlab/context.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";

const MANIFEST = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: mygroup/myproject }
  version: "18.4"
vault:
  url: http://vault.example.com:8200
environments:
  review: { refs: merge-requests }
  staging: { refs: [default-branch, { tag: "rc-*" }] }
  production:
    refs: { branch: release/*, protected: true }
    gitlab_environment: production
    claims: { user_login: [alice, bob] }
secrets:
  DB_PASSWORD: secret/myproject/{environment}/db#password
`;

function ask(options: ExplainOptions & { readonly payload?: unknown }, manifest = MANIFEST) {
  const { payload, ...rest } = options;
  const stdin = typeof payload === "string" ? payload : JSON.stringify(payload ?? {});
  const host = createMemoryHost({ "/repo/manifest.yml": manifest }, { stdin });
  const more = payload === undefined ? {} : { claims: "-" };
  const code = explain(host, "manifest.yml", { ...rest, ...more });
  return { code, out: host.stdout(), err: host.stderr() };
}

/** A payload without what differs from run to run. */
function payloadOf(context: Parameters<typeof idTokenClaims>[0]): Readonly<Record<string, unknown>> {
  const { jti: _, iat: __, nbf: ___, exp: ____, ...claims } = idTokenClaims(context);
  return claims;
}

test.each([
  ["admitted", branch("main")],
  ["feature-branch", branch("feature/x")],
  ["fork", mergeRequest("feature/x", { fromFork: project(99, "someone/fork", 98) })],
  ["release-unprotected", branch("release/1.2", { environment: { name: "production" } })],
  ["tag", tag("v1")],
])("claims of %s", async (name, context) => {
  const { code, out, err } = ask({ payload: payloadOf(context) });
  expect(err).toBe("");
  expect(code).toBe(name === "admitted" ? 0 : 1);
  await expect(out).toMatchFileSnapshot(`golden/${name}.txt`);
});

test("as JSON", async () => {
  const { code, out } = ask({
    payload: payloadOf(branch("feature/x")),
    error: "permission denied",
    format: "json",
  });
  expect(code).toBe(1);
  await expect(out).toMatchFileSnapshot("golden/feature-branch.json");
});

test("the nearest role stands first", () => {
  const { out } = ask({ payload: payloadOf(branch("release/1.2", { protected: true })) });
  expect(out).toMatch(/^mygroup--myproject--production: denies this token, 1 of 9/);
});

test("a number or boolean where GitLab has text is told apart from a wrong value", () => {
  const { out } = ask({ payload: { ...payloadOf(branch("main")), project_id: 22 } });
  expect(out).toContain("22 is not text; the role wants the text 22");
});

test("a token with an audience that no role expects", () => {
  const old = MANIFEST.replace('"18.4"', '"15.6"').replace("  review: { refs: merge-requests }\n", "");
  const { out, code } = ask({ payload: payloadOf(branch("main")) }, old);
  expect(code).toBe(1);
  expect(out).toContain("the role knows none");
  expect(out).toContain("no  iss");
});

const JWT = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString("base64url")}.${Buffer.from('{"iss":"https://gitlab.example.com","CANARY":1}').toString("base64url")}.c2lnbmF0dXJl`;

test.each([
  ["on standard input", JWT, "-"],
  ["in quotes", JSON.stringify(JWT), "-"],
  ["inside an answer", JSON.stringify({ jwt: JWT }), "-"],
  ["instead of the file's name", "", JWT],
])("a token given by mistake is refused unread and never shown: %s", (_, stdin, claims) => {
  const host = createMemoryHost({ "/repo/manifest.yml": MANIFEST }, { stdin });
  expect(explain(host, "manifest.yml", { claims })).toBe(2);
  expect(host.stdout()).toBe("");
  expect(host.stderr()).toContain("this is a token, and it was not read");
  expect(host.stderr()).not.toContain(JWT.slice(0, 12));
  expect(host.stderr()).not.toContain("CANARY");
});

test("the line that it recommends instead does print the claims, whatever their length", () => {
  const host = createMemoryHost({ "/repo/manifest.yml": MANIFEST }, { stdin: JWT });
  explain(host, "manifest.yml", { claims: "-" });
  const command =
    host
      .stderr()
      .split("\n")
      .find((line) => line.startsWith("  printf")) ?? "";
  for (const extra of ["", "a", "ab", "abc", "ü?>"]) {
    const claims = JSON.stringify({ sub: extra });
    const jwt = `eyJ9.${Buffer.from(claims).toString("base64url")}.x`;
    const out = execFileSync("/bin/sh", ["-c", `${command}; :`], {
      env: { ...process.env, CI_JOB_JWT: jwt },
    });
    expect(out.toString()).toBe(claims);
  }
});

test("only claims that roles bind are shown, and nothing acts on the terminal", () => {
  const { out } = ask({
    payload: { ...payloadOf(branch("main\u001b[31m")), user_email: "CANARY@example.com", extra: "CANARY" },
  });
  expect(out).not.toContain("CANARY");
  expect(out).not.toContain("\u001b");
});

test.each([
  ["not json", "this is not JSON"],
  ["[1]", "as a JSON object"],
  ["null", "as a JSON object"],
])("a payload that is none: %s", (payload, words) => {
  const { code, err } = ask({ payload });
  expect(code).toBe(2);
  expect(err).toContain(words);
  expect(err).not.toContain("not json");
});

test("a file that is not there, and a manifest that was forgotten", () => {
  expect(ask({ claims: "payload.json" }).err).toBe("there is no file at payload.json\n");
  const host = createMemoryHost();
  expect(explain(host, undefined, { claims: "-" })).toBe(2);
  expect(host.stderr()).toContain("need a manifest");
});

test.each([
  [
    "audience claim found in JWT but no audiences bound to the role",
    /apply the Vault half again; it binds http:/,
  ],
  [
    "error validating token: invalid audience (aud) claim: audience claim does not match any expected audience",
    /the manifest says http:\/\/vault.example.com:8200/,
  ],
  ['error validating claims: claim "environment" is missing', /only a job with `environment:` has it/],
  ['error validating claims: claim "job_project_id" is missing', /since 18.4/],
  ['claim "project_id" not found in token', /an older GitLab/],
  [
    '{"errors":["error validating claims: claim \\"ref\\" does not match any associated bound claim values"]}',
    /mygroup--myproject--staging wants main\n {2}mygroup--myproject--staging--tag-rc-x wants rc-\*/,
  ],
  ['role "mygroup--myproject--stagign" could not be found', /did you mean mygroup--myproject--staging\?/],
  ['role "mygroup--myproject--staging" could not be found', /apply the Vault half/],
  ["missing role", /there is no default role/],
  ["error validating token: invalid issuer (iss) claim", /not from https:\/\/gitlab.example.com/],
  [
    "error validating token: error verifying token signature: no known key successfully validated",
    /can it reach/,
  ],
  ["error validating token: invalid expiration time (exp) claim: token is expired", /timeout/],
  ["error validating token: invalid not before (nbf) claim: token not yet valid", /clock/],
  ["error configuring token validator: 404", /must be reachable/],
  ["could not load configuration", /no configuration yet/],
  ['no handler for route "auth/gitlab/login"', /no JWT auth method at auth\/jwt/],
  ["HTTP 403: permission denied", /at the login: .*claims play no part[^]*auth\/jwt and no namespace/],
])("what Vault's words mean: %s", (error, meaning) => {
  const { code, out } = ask({ error });
  expect(out).toMatch(meaning);
  expect(code).toBe(0);
});

test("an answer that nobody knows is not guessed at", () => {
  const { code, out } = ask({ error: "the moon is full" });
  expect([code, out]).toEqual([1, "this is no answer to a login that is known here\n"]);
});
