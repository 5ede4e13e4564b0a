import { afterAll, beforeAll, expect, it } from "vitest";

import { expectSilent, proof, runGenerated } from "../e2e/job.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { shells } from "../support/shells.ts";
import { componentProject, expandedProject, here } from "./project.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { prepare, VALUES } from "./vault.ts";

/** One job that reads from two mounts with engines of different kinds, and one that brings an audience of its own. */
const PIPELINE = `
include:
  - component: $CI_SERVER_FQDN/mygroup/ci-vault-gen/vault-secrets@v0.1.0
    inputs:
      job_prefix: "new:"
      vault_url: https://vault.example.com:8200
      role: mygroup--myproject--staging
      secrets: |
        DB_PASSWORD=secret/myproject/staging/db#password

        WHOLE:json=secret/myproject/staging/api
        LATER:optional=secret/myproject/staging/db#later
  - component: $CI_SERVER_FQDN/mygroup/ci-vault-gen/vault-secrets@v0.1.0
    inputs:
      job_prefix: "old:"
      vault_url: https://vault.example.com:8200
      role: mygroup--myproject--staging
      engine: ENGINE
      audience: https://vault.example.com:8200
      secrets: OLD=team/old//app#value

both:
  extends: ".new:vault-secrets"
  before_script:
    - !reference [".new:vault-secrets", before_script]
    - !reference [".old:vault-secrets", before_script]
  script: /bin/sh ./deploy.sh

old:
  extends: ".old:vault-secrets"
  script: /bin/sh ./deploy.sh
`;

const pipeline = (engine: string, addr?: string) => here(PIPELINE.replace("ENGINE", engine), addr);
const files = { "deploy.sh": proof(["DB_PASSWORD", "WHOLE", "LATER", "OLD"]) };

describeWithServer("variants of vault-secrets on a real server", (server) => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    await prepare(server(), issuer);
  });
  afterAll(() => issuer.stop());
  const jwt = () =>
    issuer.mint(idTokenClaims({ ...branch("main"), issuer: issuer.url, audience: server().addr }));

  it.each(
    shells().flatMap((shell) => ["kv-v1", "generic"].map((engine) => ({ shell, engine, name: shell.name }))),
  )("one job reads with two includes, kv-v2 and $engine, in $name", async ({ shell, engine }) => {
    const { dir } = await expandedProject(pipeline(engine, server().addr), files);
    const run = await runGenerated(dir, "both", shell, { CI_JOB_JWT: jwt() });
    expect(run.code, run.output).toBe(0);
    expect(run.got("DB_PASSWORD")).toBe(VALUES.staging.password);
    expect(JSON.parse(run.got("WHOLE") ?? "")).toEqual({ key: VALUES.staging.key });
    expect(run.got("LATER")).toBeUndefined();
    expect(run.got("OLD")).toBe(VALUES.old);
    expect(run.output).toContain("(optional and missing: LATER)");
    expectSilent(run, [VALUES.old, ...Object.values(VALUES.staging)]);
    const { json } = await server().api("LIST", "auth/token/accessors");
    expect(json.data.keys).toHaveLength(1);
  });

  it("a wrong engine fails and says so", async () => {
    const { dir } = await expandedProject(pipeline("kv-v2", server().addr), files);
    const [shell] = shells();
    if (shell === undefined) throw new Error("no shell");
    const run = await runGenerated(dir, "old", shell, { CI_JOB_JWT: jwt() });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("secret OLD: team/old/data/app: HTTP 403 permission denied");
    expect(run.stderr).toContain("KV version");
  });
});

it("gitlab-ci-local composes both jobs", async () => {
  const dir = await componentProject(pipeline("kv-v1"), files);
  const jobs = await listJobs(dir, predefinedVariables(branch("main")));
  expect(jobs.map(({ name }) => name).toSorted()).toEqual(["both", "old"]);
});
