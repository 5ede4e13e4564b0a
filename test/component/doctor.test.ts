import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { cannotRunLocally, expectSilent, runGenerated, runLocally, type ProvenRun } from "../e2e/job.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { predefinedVariables, type Variables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { shells, type Shell } from "../support/shells.ts";
import { readText } from "./catalog.ts";
import { componentProject, expandedProject, here } from "./project.ts";
import { prepare, VALUES } from "./vault.ts";

/** Of the example's two doctors, with something of every kind of answer for the staging role. */
const pipeline = (addr: string) =>
  here(readText("catalog/vault-doctor/example.yml"), addr).replace(
    /API_KEY=secret\/myproject\/staging\/api#key/,
    [
      "API_KEY=secret/myproject/staging/api#key",
      "NO_FIELD=secret/myproject/staging/db#nothing",
      "NO_PATH=secret/myproject/staging/tls#key",
      "PRODUCTION=secret/myproject/production/db#password",
      "MAYBE:optional=secret/myproject/staging/db#later",
      "AS_FILE:file=secret/myproject/staging/db#password",
      "WHOLE:json=secret/myproject/staging/api",
    ].join("\n        "),
  );

const secrets = [...Object.values(VALUES.staging), ...Object.values(VALUES.production)];

describeWithServer("vault-doctor on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    await prepare(server(), issuer);
    ({ dir } = await expandedProject(pipeline(server().addr)));
  });
  afterAll(() => issuer.stop());

  const jwtFor = (where: Context) =>
    issuer.mint(idTokenClaims({ ...where, issuer: issuer.url, audience: server().addr }));

  function jobVariables(where: Context): Record<string, string> {
    const all: Variables = predefinedVariables({ ...where, issuer: issuer.url });
    const texts = Object.entries(all).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return { ...Object.fromEntries(texts), CI_JOB_JWT: jwtFor(where) };
  }

  const examine = (job: string, where: Context, shell: Shell, trace = false) =>
    runGenerated(dir, job, shell, jobVariables(where), { trace });

  describe.each(shells())("in $name", (shell) => {
    it("says of each secret whether it could be read, and why not; no values", async () => {
      for (const trace of [false, true]) {
        const run = await examine("staging-vault-doctor", branch("main"), shell, trace);
        expect(run.code, run.output).toBe(1);
        expect(verdicts(run)).toEqual({
          login: "ok",
          DB_PASSWORD: "ok",
          API_KEY: "ok",
          NO_FIELD: "failed",
          NO_PATH: "failed",
          PRODUCTION: "failed",
          MAYBE: "ok",
          AS_FILE: "ok",
          WHOLE: "ok",
        });
        expect(run.stdout).toContain(
          "secret PRODUCTION: secret/data/myproject/production/db: HTTP 403 permission denied",
        );
        expect(run.stdout).toContain(
          "The policy of role mygroup--myproject--staging does not cover this path.",
        );
        expect(run.stdout).toContain("secret NO_PATH: secret/data/myproject/staging/tls: HTTP 404");
        expect(run.stdout).toContain('without field "nothing"');
        expectSilent(run, [...secrets, jwtFor(branch("main")).split(".")[2] ?? ""]);
      }
    });

    it("ends well where everything could be read, and says what the job is", async () => {
      const run = await examine("production-vault-doctor", tag("v1.0.0", { protected: true }), shell);
      expect(run.code, run.output).toBe(0);
      expect(verdicts(run)).toEqual({ login: "ok", DB_PASSWORD: "ok" });
      expect(facts(run)).toMatchObject({
        project_id: "22",
        ref: "v1.0.0",
        ref_type: "tag",
        ref_protected: "true",
      });
      expect(run.output).toContain("vault: read 1 secrets from 1 paths");
      expectSilent(run, secrets);
    });

    it("explains a denied login once, and calls the rest unknown", async () => {
      const run = await examine("production-vault-doctor", branch("main"), shell);
      expect(run.code, run.output).toBe(1);
      expect(verdicts(run)).toEqual({ login: "failed", DB_PASSWORD: "unknown" });
      expect(facts(run)).toMatchObject({ ref: "main", ref_type: "branch" });
      expect(run.output.match(/HTTP 400/g)).toHaveLength(1);
      expect(run.output).toMatch(/claim "[a-z_]+" does not match/);
      expectSilent(run, secrets);
    });

    it("tells of a job without a token", async () => {
      const run = await runGenerated(dir, "production-vault-doctor", shell, {});
      expect(run.code).toBe(1);
      expect(verdicts(run)).toEqual({ login: "failed", DB_PASSWORD: "unknown" });
      expect(run.output).toContain("the job has no JWT");
    });
  });

  it.skipIf(cannotRunLocally)("runs by gitlab-ci-local's own expansion", async () => {
    const local = await componentProject(pipeline(server().addr));
    const run = await runLocally(local, "staging-vault-doctor", jobVariables(branch("main")));
    expect(run.output).toMatch(/> {3}ok +DB_PASSWORD {2}\(secret\/myproject\/staging\/db#password\)/);
    expectSilent(run, secrets);
  });

  it("leaves no token behind", async () => {
    const { json } = await server().api("LIST", "auth/token/accessors");
    expect(json.data.keys).toHaveLength(1);
  });
});

function verdicts({ stdout }: ProvenRun): Record<string, string> {
  const lines = stdout.matchAll(/^ {2}(ok|failed|unknown|absent) +(\w+)(?: {2}\(|$)/gm);
  return Object.fromEntries([...lines].map(([, verdict, name]) => [name, verdict]));
}

function facts({ stdout }: ProvenRun): Record<string, string> {
  const lines = stdout.matchAll(/^ {2}([a-z_]+) +(\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value ?? ""]));
}
