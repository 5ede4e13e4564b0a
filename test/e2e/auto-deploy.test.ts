import { existsSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, mergeRequest, project, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { enableKv, putV1, putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { addressed, example, generated } from "./generate.ts";
import { cannotRunLocally, expectSilent, proof, runGenerated, runLocally, type ProvenRun } from "./job.ts";
import { expectForbidden, expectRefusedLogin, login, runSetup, tokenOf } from "./vault.ts";

const storefront = project(22, "mygroup/storefront");
const checkout = project(23, "mygroup/checkout");
const facts = { defaultBranch: "master", project: storefront } as const;
const entered = { environment: { name: "production", tier: "production", action: "verify" } } as const;
const master = branch("master", { ...facts, protected: true });
const deploy = branch("auto-deploy-1", { ...facts, ...entered, protected: true });

const KEY = "-----BEGIN KEY-----\n'quotes' \"double\" $(echo $$) \\n é\n-----END KEY-----\n\n";
const SECRETS = {
  staging: { username: "stage", password: "st$$aging 'pass' \"word\"" },
  production: { username: "prod", password: "pro$$duction\n\n" },
} as const;
const FEATURES = '{"beta":"on","limit":"12"}';

describeWithServer("the second example on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    const { api, addr } = server();
    await enableKv(api, "kv", 1);
    await enableKv(api, "team/kv", 2);
    for (const [name, fields] of Object.entries(SECRETS)) await putV1(api, "kv", `shop/${name}/db`, fields);
    await putV2(api, "team/kv", "shop/production/features", { beta: "on", limit: "12" });
    await putV2(api, "team/kv", "shop/tls", { key: KEY });
    const script = proof(["DB_USER", "DB_PASSWORD", "FEATURES"]);
    dir = await generated(addressed(example("auto-deploy"), issuer.url, addr), {
      "migrate.sh": script,
      "deploy.sh": `${script}${proof([], ["TLS_KEY"])}`,
    });
    for (const client of ["curl", "bao"] as const) {
      const setup = await runSetup(dir, server(), client);
      expect(setup.code, setup.output).toBe(0);
    }
  });
  afterAll(() => issuer.stop());

  const mint = (where: Context) =>
    issuer.mint(idTokenClaims({ ...where, issuer: issuer.url, audience: server().addr }));

  function expectProduction(run: ProvenRun): void {
    expect(run.code, run.output).toBe(0);
    expect(run.got("DB_USER")).toBe("prod");
    expect(run.got("DB_PASSWORD")).toBe(SECRETS.production.password);
    expect(JSON.parse(run.got("FEATURES") ?? "")).toEqual(JSON.parse(FEATURES));
    expect(run.got("TLS_KEY")).toBe(KEY);
    expect(run.got("TLS_KEY.mode")).toBe("-rw-------\n");
    // Outside the checkout, and gone with the job.
    const file = run.got("TLS_KEY.path") ?? "";
    expect(file).toMatch(/^\/.*\/TLS_KEY$/);
    expect(file.startsWith(dir)).toBe(false);
    expect(existsSync(file)).toBe(false);
  }

  describe.each(shells())("in $name", (shell) => {
    it.each([storefront, checkout])("deploy:production gets everything, for $path", async (owner) => {
      for (const trace of [false, true]) {
        const jwt = mint({ ...deploy, project: owner });
        const run = await runGenerated(dir, "deploy:production", shell, { VAULT_ID_TOKEN: jwt }, { trace });
        expectProduction(run);
        expectSilent(run, [jwt, "pro$$duction", "BEGIN KEY", '"beta"']);
      }
    });

    it("migrate:staging keeps its own before_script, and goes without the optional secret", async () => {
      const jwt = mint(master);
      const run = await runGenerated(dir, "migrate:staging", shell, { VAULT_ID_TOKEN: jwt }, { trace: true });
      expect(run.code, run.output).toBe(0);
      expect(run.stdout).toContain("\nmigrating\n");
      expect(run.got("DB_PASSWORD")).toBe(SECRETS.staging.password);
      expect(run.got("FEATURES")).toBeUndefined();
      expect(run.stderr).toMatch(/optional and missing: FEATURES\)/);
      expectSilent(run, [jwt, SECRETS.staging.password]);
    });
  });

  it.skipIf(cannotRunLocally)("deploy:production by gitlab-ci-local", async () => {
    const jwt = mint(deploy);
    const variables = predefinedVariables({ ...deploy, issuer: issuer.url });
    const run = await runLocally(dir, "deploy:production", { ...variables, VAULT_ID_TOKEN: jwt });
    expectProduction(run);
    expectSilent(run, [jwt, "pro$$duction", "BEGIN KEY"]);
  });

  it.each<readonly [string, Context]>([
    ["the shortest name that the pattern has", { ...deploy, ref: "auto-deploy-" }],
    ["a name with slashes", { ...deploy, ref: "auto-deploy-1/x" }],
    ["started by hand", { ...deploy, source: "web" }],
    ["the other project", { ...deploy, project: checkout }],
  ])("production admits %s, if protected", async (_, where) => {
    const token = await tokenOf(server(), "shop--production", mint(where), "gitlab");
    const read = await server().api("GET", "kv/shop/production/db", undefined, { token });
    expect(read.json.data).toEqual(SECRETS.production);
  });

  const production = "shop--production";
  const staging = "shop--staging";
  it.each<readonly [string, string, Context]>([
    ["an unprotected auto-deploy-1", production, { ...deploy, protected: false }],
    ["an unprotected auto-deploy-", production, { ...deploy, ref: "auto-deploy-", protected: false }],
    ["a protected main-evil", production, { ...deploy, ref: "main-evil" }],
    ["a protected x-auto-deploy-1", production, { ...deploy, ref: "x-auto-deploy-1" }],
    ["a protected auto-deploy", production, { ...deploy, ref: "auto-deploy" }],
    ["a protected AUTO-DEPLOY-1", production, { ...deploy, ref: "AUTO-DEPLOY-1" }],
    [
      "a protected tag auto-deploy-1",
      production,
      tag("auto-deploy-1", { ...facts, ...entered, protected: true }),
    ],
    ["project 24", production, { ...deploy, project: project(24, "mygroup/stranger") }],
    ["project 2", production, { ...deploy, project: project(2, "mygroup/short") }],
    ["project 223", production, { ...deploy, project: project(223, "mygroup/long") }],
    ["a schedule, which is not a source", production, { ...deploy, source: "schedule" }],
    [
      "a merge request from it",
      production,
      mergeRequest("auto-deploy-1", {}, { ...facts, ...entered, protected: true }),
    ],
    [
      "a fork's merge request before 18.2.2",
      production,
      mergeRequest(
        "auto-deploy-1",
        { fromFork: project(99, "mallory/storefront", 98) },
        { ...facts, ...entered, gitlab: "18.2.1", protected: true },
      ),
    ],
    [
      "another GitLab environment",
      production,
      { ...deploy, environment: { name: "staging", tier: "production" } },
    ],
    [
      "a review environment below its name",
      production,
      { ...deploy, environment: { name: "production/x", tier: "production" } },
    ],
    [
      "another deployment tier",
      production,
      { ...deploy, environment: { name: "production", tier: "other" } },
    ],
    ["master", production, { ...master, ...entered }],
    ["auto-deploy-1", staging, deploy],
    ["master-evil", staging, { ...master, ref: "master-evil" }],
    ["main", staging, { ...master, ref: "main" }],
    ["a tag named master", staging, tag("master", { ...facts, protected: true })],
    ["master of project 24", staging, { ...master, project: project(24, "mygroup/stranger") }],
  ])("refuses %s (role %s)", async (_, role, where) => {
    expectRefusedLogin(await login(server(), role, mint(where), "gitlab"), "claims");
  });

  it("refuses a job that enters no GitLab environment", async () => {
    const { environment: _, ...without } = deploy;
    expectRefusedLogin(await login(server(), production, mint(without), "gitlab"), "claims");
  });

  it("each environment's token reads its own paths only, in both engines", async () => {
    const tokens = {
      staging: await tokenOf(server(), staging, mint(master), "gitlab"),
      production: await tokenOf(server(), production, mint(deploy), "gitlab"),
    };
    const get = (token: string, path: string) => server().api("GET", path, undefined, { token });
    expectForbidden(await get(tokens.staging, "kv/shop/production/db"));
    expectForbidden(await get(tokens.staging, "team/kv/data/shop/production/features"));
    expectForbidden(await get(tokens.staging, "team/kv/data/shop/tls"));
    expectForbidden(await get(tokens.production, "kv/shop/staging/db"));
    expectForbidden(await get(tokens.production, "team/kv/data/shop/staging/features"));
    for (const token of Object.values(tokens)) {
      for (const [method, path] of [
        ["LIST", "kv/shop"],
        ["LIST", "team/kv/metadata/shop"],
        ["POST", "kv/shop/staging/db"],
        ["POST", "team/kv/data/shop/tls"],
        ["DELETE", "kv/shop/production/db"],
        ["DELETE", "team/kv/metadata/shop/tls"],
      ] as const)
        expectForbidden(
          await server().api(method, path, method === "POST" ? { data: {} } : undefined, { token }),
        );
    }
  });
});
