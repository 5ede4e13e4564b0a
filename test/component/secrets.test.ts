import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { cannotRunLocally, expectSilent, proof, runGenerated, runLocally } from "../e2e/job.ts";
import { resolvePipeline } from "../e2e/pipeline.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { shells } from "../support/shells.ts";
import { readText } from "./catalog.ts";
import { componentProject, expandedProject, here } from "./project.ts";
import { prepare, VALUES } from "./vault.ts";

const deploy = {
  "deploy.sh": proof(["DB_PASSWORD", "API_KEY"], ["TLS_KEY"]).replace(
    /^(cat "\$TLS.*)$/m,
    '[ -z "${TLS_KEY:-}" ] || { $1; }',
  ),
};

/** The example; the isolated PATH of its jobs has no shell to start the script with. */
const example = (addr: string) =>
  here(readText("catalog/vault-secrets/example.yml"), addr).replaceAll("./deploy.sh", "/bin/sh ./deploy.sh");

const JOBS = [
  { job: "deploy-staging", where: branch("main"), environment: "staging" },
  { job: "deploy-production", where: tag("v1.0.0", { protected: true }), environment: "production" },
] as const;

describeWithServer("vault-secrets, included twice, on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    await prepare(server(), issuer);
    ({ dir } = await expandedProject(example(server().addr), deploy));
  });
  afterAll(() => issuer.stop());

  const jwtFor = (where: Context) =>
    issuer.mint(idTokenClaims({ ...where, issuer: issuer.url, audience: server().addr }));

  it("asks for a token with the server's address as its audience", () => {
    const job = resolvePipeline(dir).get("deploy-staging")?.body;
    expect(job?.["id_tokens"]).toEqual({ CI_JOB_JWT: { aud: "$CI_VAULT_AUDIENCE" } });
    expect(job?.["variables"]).toEqual({ CI_VAULT_AUDIENCE: server().addr });
  });

  describe.each(JOBS)("$job", ({ job, where, environment }) => {
    it.each(shells())("gets its values byte-exact in $name, and shows nothing", async (shell) => {
      const jwt = jwtFor(where);
      for (const trace of [false, true]) {
        const run = await runGenerated(dir, job, shell, { CI_JOB_JWT: jwt }, { trace });
        expect(run.code, run.output).toBe(0);
        expect(run.got("DB_PASSWORD")).toBe(VALUES[environment].password);
        expect(run.got("API_KEY")).toBe(VALUES[environment].key);
        expect(run.got("TLS_KEY")).toBe(environment === "production" ? VALUES.tls : undefined);
        expectSilent(run, [jwt, ...Object.values(VALUES[environment]), VALUES.tls]);
      }
    });

    it.each(shells())("is denied with the token of the other environment's ref, in $name", async (shell) => {
      const other = JOBS.find((each) => each.job !== job)?.where ?? branch("feature");
      for (const place of [other, branch("feature"), tag("v1.0.0")]) {
        const jwt = jwtFor(place);
        const run = await runGenerated(dir, job, shell, { CI_JOB_JWT: jwt });
        expect(run.code, run.output).toBe(1);
        expect(run.stderr).toMatch(/HTTP 400 error validating claims: claim "[a-z_]+" does not match/);
        expect(run.got("DB_PASSWORD")).toBeUndefined();
        expectSilent(run, [jwt]);
      }
    });

    it.skipIf(cannotRunLocally)("gets them from gitlab-ci-local's own expansion too", async () => {
      const local = await componentProject(example(server().addr), deploy);
      const jwt = jwtFor(where);
      const variables = { ...predefinedVariables({ ...where, issuer: issuer.url }), CI_JOB_JWT: jwt };
      const run = await runLocally(local, job, variables);
      expect(run.code, run.output).toBe(0);
      expect(run.got("DB_PASSWORD")).toBe(VALUES[environment].password);
      expectSilent(run, [jwt, ...Object.values(VALUES[environment])]);
    });
  });

  it("leaves no token behind", async () => {
    const { json } = await server().api("LIST", "auth/token/accessors");
    expect(json.data.keys).toHaveLength(1);
  });
});
