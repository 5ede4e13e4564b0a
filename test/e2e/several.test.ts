import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, mergeRequest, project, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { addressed, generated } from "./generate.ts";
import { cannotRunLocally, expectSilent, proof, runGenerated, runLocally } from "./job.ts";
import { admitting, planOf, type PlanJson } from "./plan.ts";
import { SEVERAL } from "./several.ts";
import { expectRefusedLogin, login, runSetup } from "./vault.ts";

const release = tag("v1.0.0", { protected: true });
const fork = { fromFork: project(99, "mallory/myproject", 98) };

describeWithServer("an environment with several roles, on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  let plan: PlanJson;
  beforeAll(async () => {
    issuer = await startIssuer();
    for (const name of ["release", "review"])
      await putV2(server().api, "secret", `myproject/${name}/db`, { password: `canary of ${name}` });
    dir = await generated(addressed(SEVERAL, issuer.url, server().addr), {
      "deploy.sh": proof(["DB_PASSWORD"]),
    });
    plan = await planOf(dir);
    const setup = await runSetup(dir, server(), "bao");
    expect(setup.code, setup.output).toBe(0);
  });
  afterAll(() => issuer.stop());

  const at = (where: Context): Context => ({ ...where, issuer: issuer.url, audience: server().addr });
  const mint = (where: Context) => issuer.mint(idTokenClaims(at(where)));
  const rolesOf = (name: string) =>
    plan.environments.find((environment) => environment.name === name)?.roles ?? [];

  it("has as many roles as its rules need", () => {
    expect(rolesOf("release")).toHaveLength(2);
    expect(rolesOf("review")).toHaveLength(3);
  });

  describe.each([
    ["release", "a push to main", branch("main")],
    ["release", "a protected tag", release],
    ["review", "a push to main", branch("main")],
    ["review", "a protected tag", release],
    ["review", "a merge request", mergeRequest("feature")],
  ] as const)("%s on %s", (name, _, where) => {
    // Not passed as a variable, since a pipeline's variables win over those of rules: its rules choose the role.
    it.skipIf(cannotRunLocally)("takes the one role that admits it", async () => {
      const jwt = mint(where);
      const run = await runLocally(dir, `read_secrets:${name}`, {
        ...predefinedVariables(at(where)),
        CI_JOB_JWT: jwt,
      });
      expect(run.code, run.output).toBe(0);
      expect(run.got("DB_PASSWORD")).toBe(`canary of ${name}`);
      expectSilent(run, [jwt, "canary of"]);
      const [role, ...more] = admitting(rolesOf(name), idTokenClaims(at(where)));
      expect(more).toEqual([]);
      expect(run.output).toContain(`as role ${role}\n`);
    });

    it("can log in with that role only", async () => {
      const [right] = admitting(rolesOf(name), idTokenClaims(at(where)));
      for (const { name: role } of rolesOf(name)) {
        const answer = await login(server(), role, mint(where));
        if (role === right) expect(answer.status, answer.text).toBe(200);
        else expectRefusedLogin(answer, "claims");
      }
    });
  });

  it.each<readonly [string, Context]>([
    ["a branch v1", branch("v1")],
    ["a protected branch v1", branch("v1", { protected: true })],
    ["a tag main", tag("main")],
    ["a protected tag main", tag("main", { protected: true })],
    ["an unprotected tag", tag("v1.0.0")],
    ["a fork's merge request", mergeRequest("main", fork)],
    ["a fork's merge request named v1", mergeRequest("v1", fork)],
    ["main of another project", branch("main", { project: project(23, "mygroup/another") })],
  ])("refuses %s at every role", async (_, where) => {
    for (const { name: role } of plan.environments.flatMap(({ roles }) => roles))
      expectRefusedLogin(await login(server(), role, mint(where)), "claims");
  });

  it("a fork's merge request has no job", async () => {
    expect(await listJobs(dir, predefinedVariables(at(mergeRequest("main", fork))))).toEqual([]);
  });

  describe.each(shells())("in $name", (shell) => {
    it.each([
      ["missing", {}],
      ["empty", { CI_VAULT_ROLE: "" }],
      ["unknown", { CI_VAULT_ROLE: "mygroup--myproject--production" }],
      ["of another environment", { CI_VAULT_ROLE: "mygroup--myproject--review" }],
      ["a pattern", { CI_VAULT_ROLE: "*" }],
      ["a command", { CI_VAULT_ROLE: '$(touch "$PROOF/DB_PASSWORD")' }],
    ])("a role that is %s ends the job with a clear message", async (_, variables) => {
      const jwt = mint(branch("main"));
      const all: Record<string, string> = { CI_JOB_JWT: jwt, ...variables };
      const run = await runGenerated(dir, "read_secrets:release", shell, all, { trace: true });
      expect(run.code, run.output).toBe(1);
      expect(run.stderr).toContain("vault: no role fits this job: its rules are not those of .vault:release");
      expect(run.got("DB_PASSWORD")).toBeUndefined();
      expectSilent(run, [jwt]);
    });

    it("a role of another rule is refused by the server, and the message says by which claim", async () => {
      const other = rolesOf("release").find(
        ({ name }) => !admitting(rolesOf("release"), idTokenClaims(at(release))).includes(name),
      );
      const run = await runGenerated(dir, "read_secrets:release", shell, {
        CI_JOB_JWT: mint(release),
        CI_VAULT_ROLE: other?.name ?? "",
      });
      expect(run.code, run.output).toBe(1);
      expect(run.stderr).toMatch(/HTTP 400 error validating claims: claim "[a-z_]+" does not match/);
    });
  });
});
