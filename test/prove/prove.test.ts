import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";

import { example } from "../e2e/generate.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { commandIn, folderWith, type Ran } from "./support.ts";

/** One of each that a proof has to go through: patterns, several roles, a GitLab environment, engines without a system. */
const MANIFEST = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: mygroup/myproject }
  version: "18.4"
vault:
  url: https://vault.example.com:8200
  mounts: { secret: kv-v2, old: kv-v1, team/db: database }
  token: { bound_cidrs: [10.0.0.0/8] }
environments:
  review: { refs: merge-requests }
  staging: { refs: [default-branch, { tag: "rc-*" }] }
  production:
    refs: { branch: release/*, protected: true }
    gitlab_environment: production
    claims: { user_login: [alice, ops-*] }
secrets:
  DB_PASSWORD: secret/myproject/{environment}/db#password
  TOKEN: "old/{environment}/a b#token"
  DATABASE: { path: "team/db/creds/{environment}", fields: { DB_USER: username } }
`;

const ROLE = "ci-vault/vault/roles/mygroup--myproject--staging.json";

/** Generates and changes one role by hand, as somebody in a hurry would. */
async function sabotaged(change: (role: Record<string, any>) => void): Promise<Ran> {
  const dir = folderWith({ "manifest.yml": example("myproject") });
  expect((await commandIn(dir, ["manifest.yml"])).code).toBe(0);
  const role = JSON.parse(readFileSync(join(dir, ROLE), "utf8")) as Record<string, any>;
  change(role);
  writeFileSync(join(dir, ROLE), JSON.stringify(role));
  return commandIn(dir, ["prove", "manifest.yml", "--files"]);
}

describeWithServer("prove", (server) => {
  let dir = "";
  beforeAll(() => {
    dir = folderWith({ "manifest.yml": MANIFEST });
  });

  it("finds nothing where nothing is wrong, and shows what it saw", async () => {
    const { code, out, err } = await commandIn(dir, [
      "prove",
      "manifest.yml",
      "--junit",
      "reports/prove.xml",
    ]);
    expect(err).toMatch(
      /^as predicted: \d+ contexts, 4 roles, 9 paths, \d+ logins; `bound_cidrs` was left out: this machine is no runner\n$/,
    );
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot("golden/observed.txt");
    // The matrix is the prediction: word for word what was observed.
    expect((await commandIn(dir, ["matrix", "manifest.yml"])).out).toBe(out);
    const report = readFileSync(join(dir, "reports/prove.xml"), "utf8");
    expect(report).toMatch(/<testsuites tests="\d+" failures="0">/);
    expect(report).toContain('<testcase classname="staging" name="default-branch"/>');
  });

  it.each(["markdown", "csv", "json"])("--format %s is the matrix's own", async (format) => {
    const { out } = await commandIn(dir, ["prove", "manifest.yml", "--format", format]);
    const predicted = (await commandIn(dir, ["matrix", "manifest.yml", "--format", format])).out;
    if (format !== "json") expect(out).toBe(predicted);
    else expect(JSON.parse(out)).toEqual({ ...(JSON.parse(predicted) as object), differences: [] });
  });

  it.each<readonly [string, (role: Record<string, any>) => void, string, string]>([
    [
      "a role widened by hand",
      (role) => (role["bound_claims"].ref = ["main", "develop"]),
      "branch develop, protected, source api, project 22",
      "the role mygroup--myproject--staging would admit it",
    ],
    [
      "ref_type dropped",
      (role) => delete role["bound_claims"].ref_type,
      "tag-named-like-default-branch",
      "tag main, protected",
    ],
    [
      "glob turned on",
      (role) => ((role["bound_claims_type"] = "glob"), (role["bound_claims"].ref = "main*")),
      "branch-main-evil-protected",
      "branch main-evil, protected",
    ],
  ])("sabotage, %s: both proofs name a context", async (_, change, observed, symbolic) => {
    const { code, out, err } = await sabotaged(change);
    expect(code).toBe(1);
    const path = "secret/data/myproject/staging/db";
    const wrong = `: can read ${path} (of staging) by the role mygroup--myproject--staging, and should not`;
    const seen = err.split("\n").find((line) => line.includes(wrong));
    expect(`${seen}`.replace(/ [(]and \d+ more[)]/, "")).toBe(`${observed}${wrong}`);
    const line = err
      .split("\n")
      .find((text) => text.includes("would admit it, and no ref of the manifest does"));
    expect(`${line}`).toContain(symbolic);
    expect(out).toMatch(/yes {2}mygroup--myproject--staging \(should be no\)/);
  });

  it("sabotage: a role that lets nobody in, and one that is gone", async () => {
    const { code, err } = await sabotaged((role) => (role["bound_audiences"] = ["https://elsewhere"]));
    expect(code).toBe(1);
    expect(err).toContain(
      "default-branch (and 23 more): cannot read secret/data/myproject/staging/db (of staging), and should",
    );
  });

  it("sabotage: a policy with a wildcard too many", async () => {
    const path = folderWith({ "manifest.yml": example("myproject") });
    await commandIn(path, ["manifest.yml"]);
    const policy = join(path, "ci-vault/vault/policies/mygroup--myproject--staging.hcl");
    writeFileSync(policy, readFileSync(policy, "utf8").replace("staging/db", "staging/*"));
    const { code, err } = await commandIn(path, ["prove", "manifest.yml", "--files", "--junit", "prove.xml"]);
    expect(code).toBe(1);
    expect(err).toContain(
      "can read secret/data/myproject/staging/db-beside (which the manifest does not name) by the role",
    );
    expect(readFileSync(join(path, "prove.xml"), "utf8")).toContain(
      '<testcase classname="elsewhere" name="web">',
    );
  });

  it("a file that the server refuses is a finding, in the server's words", async () => {
    const { code, err } = await sabotaged((role) => (role["token_type"] = "sometimes"));
    expect(code).toBe(1);
    expect(err).toContain("the server refuses the role mygroup--myproject--staging: HTTP 400 ");
  });

  // How long that takes is for `npm run bench` to say.
  it("hundreds of contexts are tried, and all come out as predicted", async () => {
    const refs = Array.from({ length: 20 }, (_, index) => `{ branch: "team-${index}/*", protected: true }`);
    const large = MANIFEST.replace("default-branch, {", `${refs.join(", ")}, {`);
    const path = folderWith({ "manifest.yml": large });
    const { code, err } = await commandIn(path, ["prove", "manifest.yml"]);
    expect(code, err).toBe(0);
    expect(Number(/(\d+) contexts/.exec(err)?.[1])).toBeGreaterThanOrEqual(200);
  });

  it("--server: a disposable server is left as it was", async () => {
    const env = { VAULT_TOKEN: server().rootToken };
    const state = async () =>
      Promise.all(
        ["sys/auth", "sys/mounts", "sys/policies/acl?list=true"].map(
          async (path) => (await server().api("GET", path)).json.data as unknown,
        ),
      );
    const before = await state();
    const { code, err } = await commandIn(
      dir,
      ["prove", "manifest.yml", "--server", `${server().addr}/`],
      env,
    );
    expect(err).toMatch(/^as predicted/);
    expect(code).toBe(0);
    expect(await state()).toEqual(before);
    expect((await server().api("LIST", "secret/metadata/")).status).toBe(404);
  });

  it("--server: one that is in use is not touched", async () => {
    const env = { VAULT_TOKEN: server().rootToken };
    const path = "secret/data/myproject/review/db";
    await server().api("POST", path, { data: { password: "precious" } });
    const { code, err } = await commandIn(dir, ["prove", "manifest.yml", "--server", server().addr], env);
    expect(code).toBe(1);
    expect(err).toMatch(
      /is in use, and nothing was written to it: it has secret\/data\/myproject\/review\/db\n$/,
    );
    expect((await server().api("GET", path)).json.data.data).toEqual({ password: "precious" });
    await server().api("DELETE", "secret/metadata/myproject/review/db");
  });

  it("--server: no engine is asked for a secret that it would have to make", async () => {
    const env = { VAULT_TOKEN: server().rootToken };
    await server().api("POST", "sys/mounts/team/db", { type: "database" });
    const { code, err } = await commandIn(dir, ["prove", "manifest.yml", "--server", server().addr], env);
    expect(code).toBe(1);
    expect(err).toMatch(/is in use, and nothing was written to it: it has database at team\/db\/\n$/);
    await server().api("DELETE", "sys/mounts/team/db");
  });

  it("--server needs a token of its own, and takes none from elsewhere", async () => {
    const { code, err } = await commandIn(dir, ["prove", "manifest.yml", "--server", server().addr]);
    expect(code).toBe(3);
    expect(err).toContain("set VAULT_TOKEN");
  });
});
