import { describe, expect, it } from "vitest";

import { canary, errors, json, startFake } from "./fake.ts";
import { failing, started } from "./failing.ts";

describe("a login that fails ends the job and says why", () => {
  const table: readonly (readonly [string, RegExp])[] = [
    [
      "error validating token: invalid audience (aud) claim: audience claim does not match any expected audience",
      /bound_audiences/,
    ],
    ["error validating token: invalid issuer (iss) claim", /bound_issuer/],
    ["error validating token: invalid expiration time (exp) claim: token is expired", /time-out/],
    ["error validating token: invalid not before (nbf) claim: token not yet valid", /clocks/],
    [
      "error validating token: error verifying token signature: no known key successfully validated the token signature",
      /keys of another/,
    ],
    ['error validating claims: claim "ref" does not match any associated bound claim values', /ref_type/],
    ['role "the-role" could not be found', /setup\.sh/],
    ["could not load configuration", /never configured/],
  ];
  it.each(table)("%s", async (words, hint) => {
    const { stderr, vault } = await failing({ "auth/jwt/login": errors(400, words) });
    expect(stderr).toContain(
      `vault: login as role the-role at ${vault.addr}: auth/jwt/login: HTTP 400 ${words}\n`,
    );
    expect(stderr).toMatch(hint);
    expect(vault.calls()).toEqual(["POST auth/jwt/login"]);
  });

  it("403: wrong mount or namespace", async () => {
    const { stderr } = await failing({ "auth/jwt/login": errors(403, "permission denied") });
    expect(stderr).toMatch(/HTTP 403 permission denied\n {4}.*auth\/jwt.*namespace/);
  });

  it("200 without a token", async () => {
    const { stderr } = await failing({
      "auth/jwt/login": json({ auth: { client_token: "", mfa_requirement: {} } }),
    });
    expect(stderr).toMatch(/without a token\n {4}.*MFA/);
  });

  it("200 with a token that would end curl's string", async () => {
    const { stderr, vault } = await failing({
      "auth/jwt/login": json({ auth: { client_token: 'x"\noutput = "/tmp/y' } }),
    });
    expect(stderr).toMatch(/malformed token/);
    expect(vault.calls()).toEqual(["POST auth/jwt/login"]);
  });

  it("redirect to another host: the token of the job does not follow", async () => {
    const other = await startFake();
    started.push(other);
    const redirect = { status: 307, headers: { Location: `${other.addr}/v1/auth/jwt/login` } };
    const { stderr } = await failing({ "auth/jwt/login": redirect });
    expect(stderr).toContain(
      `HTTP 307 redirect to ${other.addr}/v1/auth/jwt/login\n    Redirects are not followed`,
    );
    expect(other.seen).toEqual([]);
  });
});

describe("the job's token is checked before any request", () => {
  it.each([
    ["unset", {}, /has no JWT: the variable CI_JOB_JWT is empty\n.*id_tokens/s],
    ["empty", { CI_JOB_JWT: "" }, /has no JWT/],
    ["not expanded", { CI_JOB_JWT: "$CI_JOB_JWT" }, /holds no JWT.*same name/s],
    ["two parts", { CI_JOB_JWT: `${canary.value}.b` }, /holds no JWT/],
    ["four parts", { CI_JOB_JWT: `${canary.value}.b.c.d` }, /holds no JWT/],
    ["empty part", { CI_JOB_JWT: `${canary.value}..c` }, /holds no JWT/],
    ["line end", { CI_JOB_JWT: `${canary.jwt}\n` }, /holds no JWT/],
  ])("%s", async (_, env, message) => {
    const before = "CI_JOB_JWT" in env ? [] : ["unset CI_JOB_JWT"];
    const { stderr, vault } = await failing({}, { env, before });
    expect(stderr).toMatch(message);
    expect(vault.seen).toEqual([]);
  });
});

describe("an image that lacks a tool", () => {
  it.each(["curl", "awk"])("%s: names it before any request", async (tool) => {
    const { stderr, vault } = await failing({}, { before: [`rm "$PATH/${tool}"`] });
    expect(stderr).toMatch(new RegExp(`this image has no ${tool}: install it`));
    expect(vault.seen).toEqual([]);
  });
});
