import { afterAll, beforeAll, expect, it } from "vitest";

import { commit, repository } from "../init/project.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { runJob } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { enableKv, putV2 } from "../support/openbao/kv.ts";
import { cli } from "./generate.ts";
import { cannotRunLocally } from "./job.ts";
import { runSetup } from "./vault.ts";

const SECRET = "pa$$w0rd-of-the-scaffold";

// What `init` writes, untouched: its own deployments against a real server.
describeWithServer("the scaffold on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    dir = await repository({}, { remote: "https://gitlab.example.com/mygroup/myproject.git" });
    const words = ["--project-path", "mygroup/myproject", "--project-id", "22", "--vault-url", server().addr];
    const begun = await cli(dir, "init", "--gitlab-url", issuer.url, ...words);
    expect(begun.code, begun.stderr).toBe(0);
    await commit(dir);
    const { api } = server();
    await api("DELETE", "sys/auth/jwt");
    await api("DELETE", "sys/mounts/secret");
    await enableKv(api, "secret", 2);
    const setup = await runSetup(dir, server(), "bao");
    expect(setup.code, setup.output).toBe(0);
    for (const name of ["staging", "production"])
      await putV2(api, "secret", `myproject/${name}/db`, { password: SECRET });
  });
  afterAll(() => issuer.stop());

  const deploy = (job: string, where: Context, environment: string) => {
    const claims = { ...where, issuer: issuer.url, audience: server().addr };
    const jwt = issuer.mint(
      idTokenClaims({ ...claims, environment: { name: environment, action: "start" } }),
    );
    return runJob(dir, job, { ...predefinedVariables({ ...where, issuer: issuer.url }), CI_JOB_JWT: jwt });
  };
  const release = tag("v1.0.0", { protected: true });

  it.skipIf(cannotRunLocally).each([
    ["deploy:staging", branch("main"), "staging"],
    ["deploy:production", release, "production"],
  ] as const)("%s reads its secret and deploys", async (job, where, environment) => {
    const run = await deploy(job, where, environment);
    expect(run.code, run.output).toBe(0);
    expect(run.printed).toContain(`deploy ${environment}: all secrets are there`);
    expect(run.output.includes(SECRET), "the secret in the log").toBe(false);
  });

  it.skipIf(cannotRunLocally).each([
    ["another branch", "deploy:staging", branch("feature"), "staging"],
    ["another environment", "deploy:production", release, "staging"],
    ["an unprotected tag", "deploy:production", tag("v1.0.0"), "production"],
  ] as const)("%s is refused", async (_, job, where, environment) => {
    const run = await deploy(job, where, environment);
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(/vault: .*(?:HTTP 400|refused|denied)/);
    expect(run.printed).not.toContain("all secrets are there");
  });
});
