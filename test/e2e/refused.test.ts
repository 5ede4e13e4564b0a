import { afterAll, beforeAll, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, mergeRequest, project, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer, type MintOptions } from "../support/gitlab/issuer.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { shells } from "../support/shells.ts";
import { addressed, example, generated } from "./generate.ts";
import { expectSilent, proof, runGenerated } from "./job.ts";
import { expectRefusedLogin, login, runSetup, type Reason } from "./vault.ts";

const STAGING = "mygroup--myproject--staging";
const PRODUCTION = "mygroup--myproject--production";
const fork = { fromFork: project(99, "mallory/myproject", 98) };
const main = branch("main");
const release = tag("v1.0.0", { protected: true });
const stranger = project(23, "mygroup/another");

interface Refusal {
  readonly who: string;
  readonly role: string;
  readonly context: Context;
  readonly reason: Reason;
  readonly options?: MintOptions;
}

const claims = (who: string, role: string, context: Context): Refusal => ({
  who,
  role,
  context,
  reason: "claims",
});

/** Every context that comes near the right one. Audience and issuer are the servers' own unless they say otherwise. */
const REFUSALS: readonly Refusal[] = [
  claims("a feature branch", STAGING, branch("feature")),
  claims("a protected feature branch", STAGING, branch("feature", { protected: true })),
  claims("a branch whose name begins with main", STAGING, branch("main-evil")),
  claims("a branch below main", STAGING, branch("main/x")),
  claims("a branch that differs in case", STAGING, branch("Main")),
  claims("a tag named main", STAGING, tag("main", { protected: true })),
  claims("a protected tag", STAGING, release),
  claims("main of another project", STAGING, branch("main", { project: stranger })),
  claims("a merge request from main of the project itself", STAGING, mergeRequest("main")),
  claims(
    "a merge request from main that GitLab protects",
    STAGING,
    mergeRequest("main", {}, { protected: true }),
  ),
  claims("a fork's merge request", STAGING, mergeRequest("main", fork)),
  claims("a fork's merge request before 18.2.2", STAGING, mergeRequest("main", fork, { gitlab: "18.2.1" })),
  claims("a fork's merge request before 16.0", STAGING, mergeRequest("main", fork, { gitlab: "15.7.0" })),
  claims("a child of a merge request's pipeline", STAGING, branch("main", { source: "parent_pipeline" })),
  claims("a push to main", PRODUCTION, main),
  claims("an unprotected tag", PRODUCTION, tag("v1.0.0")),
  claims("a branch named v1.0.0", PRODUCTION, branch("v1.0.0")),
  claims("a protected branch named v1.0.0", PRODUCTION, branch("v1.0.0", { protected: true })),
  claims(
    "a protected tag of another project",
    PRODUCTION,
    tag("v1.0.0", { protected: true, project: stranger }),
  ),
  claims("a fork's merge request", PRODUCTION, mergeRequest("v1.0.0", fork)),
  claims(
    "a fork's merge request before 18.2.2",
    PRODUCTION,
    mergeRequest("v1.0.0", fork, { gitlab: "18.2.1" }),
  ),
  claims("a merge request that GitLab protects", PRODUCTION, mergeRequest("v1.0.0", {}, { protected: true })),
  ...[
    { role: STAGING, right: main },
    { role: PRODUCTION, right: release },
  ].flatMap(({ role, right }): readonly Refusal[] => [
    {
      who: "another audience",
      role,
      context: { ...right, audience: "https://other.example.com" },
      reason: "audience",
    },
    {
      who: "an audience with a slash more",
      role,
      context: { ...right, audience: "SERVER/" },
      reason: "audience",
    },
    {
      who: "another issuer",
      role,
      context: { ...right, issuer: "https://gitlab.evil.example" },
      reason: "issuer",
    },
    { who: "an expired token", role, context: { ...right, ttl: -3600 }, reason: "expired" },
    {
      who: "a key that GitLab does not publish",
      role,
      context: right,
      reason: "signature",
      options: { key: "wrong" },
    },
  ]),
];

describeWithServer("refused at login by a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    dir = await generated(addressed(example("myproject"), issuer.url, server().addr), {
      "deploy.sh": proof(["DB_PASSWORD"]),
    });
    const setup = await runSetup(dir, server(), "bao");
    expect(setup.code, setup.output).toBe(0);
  });
  afterAll(() => issuer.stop());

  function jwtFor(context: Context, options: MintOptions = {}): string {
    const { addr } = server();
    const here = {
      ...context,
      issuer: context.issuer === main.issuer ? issuer.url : context.issuer,
      audience: context.audience === main.audience ? addr : String(context.audience).replace("SERVER", addr),
    };
    return issuer.mint(idTokenClaims(here), options);
  }

  it.each(REFUSALS)("$role: $who", async ({ role, context, reason, options }) => {
    expectRefusedLogin(await login(server(), role, jwtFor(context, options)), reason);
  });

  it("a token without a signature", async () => {
    const [, payload] = jwtFor(main).split(".");
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    const answer = await login(server(), STAGING, `${header}.${payload}.`);
    expect(answer.status).toBe(400);
    expect(answer.errors[0]).toMatch(/error validating token|alg|signature/);
  });

  it("no role named: there is no default one", async () => {
    const answer = await server().api("POST", "auth/jwt/login", { jwt: jwtFor(main) }, { token: null });
    expect(answer.status).toBe(400);
    expect(answer.errors).toEqual(["missing role"]);
  });

  // What a user of a refused job reads: the server's words, and no value.
  it.each(shells())("the job says why in $name", async (shell) => {
    const jwt = jwtFor(branch("feature"));
    const run = await runGenerated(dir, "read_secrets:staging", shell, { CI_JOB_JWT: jwt }, { trace: true });
    expect(run.code, run.output).toBe(1);
    expect(run.stderr).toMatch(
      /^vault: login as role mygroup--myproject--staging at .*: HTTP 400 error validating claims/m,
    );
    expect(run.got("DB_PASSWORD")).toBeUndefined();
    expectSilent(run, [jwt]);
  });
});
