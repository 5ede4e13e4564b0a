import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { commandIn, folderWith } from "../prove/support.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, type Context, project } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { putV2 } from "../support/openbao/kv.ts";
import { startServer, type Server } from "../support/openbao/server.ts";
import { addressed, generated } from "./generate.ts";
import { cannotRunLocally, proof, runLocally } from "./job.ts";
import { expectForbidden, expectRefusedLogin, login, runSetup, tokenOf } from "./vault.ts";

/** Every project of the group has a path of its own, by the number that GitLab gave it. */
const MANIFEST = `version: 1
name: platform
gitlab:
  url: https://gitlab.example.com
  group: { id: 72, path: mygroup }
vault:
  url: https://vault.example.com:8200
environments:
  staging: { refs: default-branch }
secrets:
  DB_PASSWORD: "secret/{group}/{project_id}/{environment}/db#password"
  SHARED: secret/mygroup/shared#value
jobs:
  read_secrets:
    script: ./deploy.sh
`;

const path = (id: number) => `secret/data/mygroup/${id}/staging/db`;

describeWithServer("a group's manifest with a path for each project, on a real server", () => {
  describe.each(["bao", "curl"] as const)("applied with %s", (client) => {
    let server: Server;
    let issuer: Issuer;
    let dir: string;
    beforeAll(async () => {
      server = await startServer();
      issuer = await startIssuer();
      for (const id of [22, 23, 24])
        await putV2(server.api, "secret", `mygroup/${id}/staging/db`, { password: `canary of ${id}` });
      await putV2(server.api, "secret", "mygroup/shared", { value: "canary of all" });
      dir = await generated(addressed(MANIFEST, issuer.url, server.addr), {
        "deploy.sh": proof(["DB_PASSWORD", "SHARED"]),
      });
      // Twice: the second time finds everything there.
      for (let time = 0; time < 2; time++) {
        const setup = await runSetup(dir, server, client);
        expect(setup.code, setup.output).toBe(0);
      }
    });
    afterAll(async () => {
      await issuer.stop();
      await server.stop();
    });

    const at = (id: number, facts: Partial<Context> = {}): Context =>
      branch("main", {
        project: project(id, `mygroup/project-${id}`),
        issuer: issuer.url,
        audience: server.addr,
        ...facts,
      });
    const mint = (where: Context) => issuer.mint(idTokenClaims(where));
    const role = "platform--staging";

    it("lets each read its own path and no other's, also while both hold tokens", async () => {
      const one = await tokenOf(server, role, mint(at(22)));
      const two = await tokenOf(server, role, mint(at(23)));
      for (const [token, own, other] of [
        [one, 22, 23],
        [two, 23, 22],
        [one, 22, 24],
      ] as const) {
        const answer = await server.api("GET", path(own), undefined, { token });
        expect(answer.json.data.data).toEqual({ password: `canary of ${own}` });
        expectForbidden(await server.api("GET", path(other), undefined, { token }));
        const shared = await server.api("GET", "secret/data/mygroup/shared", undefined, { token });
        expect(shared.status).toBe(200);
      }
    });

    it("lets in nobody from elsewhere", async () => {
      const foreign = at(22, { project: project(22, "elsewhere/project-22", 99) });
      expectRefusedLogin(await login(server, role, mint(foreign)), "claims");
    });

    it.skipIf(cannotRunLocally)("and the job reads the path of its project", async () => {
      const where = at(23);
      const variables = { ...predefinedVariables(where), CI_JOB_JWT: mint(where) };
      const run = await runLocally(dir, "read_secrets:staging", variables);
      expect(run.code, run.output).toBe(0);
      expect(run.got("DB_PASSWORD")).toBe("canary of 23");
      expect(run.got("SHARED")).toBe("canary of all");
    });

    it.skipIf(cannotRunLocally)("or none, where the number is none, or another project's", async () => {
      const where = at(23);
      const variables = { ...predefinedVariables(where), CI_JOB_JWT: mint(where) };
      const odd = await runLocally(dir, "read_secrets:staging", { ...variables, CI_PROJECT_ID: "22/../23" });
      expect(odd.code).toBe(1);
      expect(odd.output).toContain("vault: CI_PROJECT_ID is no number");
      const other = await runLocally(dir, "read_secrets:staging", { ...variables, CI_PROJECT_ID: "22" });
      expect(other.code).toBe(1);
      expect(other.output).toContain("403");
    });
  });

  it("is proven as any other manifest", async () => {
    const folder = folderWith({ "manifest.yml": MANIFEST });
    const { code, err } = await commandIn(folder, ["prove", "manifest.yml"]);
    expect(err).toMatch(/^as predicted/);
    expect(code).toBe(0);
    await commandIn(folder, ["manifest.yml"]);
    expect((await commandIn(folder, ["prove", "manifest.yml", "--files"])).code).toBe(0);
  });
});

describe("a path for each project is refused where it cannot be had", () => {
  const ask = async (change: (text: string) => string) => {
    const folder = folderWith({ "manifest.yml": change(MANIFEST) });
    return commandIn(folder, ["plan", "manifest.yml"]);
  };

  it("with another user claim: Vault could not tell the projects apart", async () => {
    const { code, err } = await ask((text) =>
      text.replace(":8200\n", ":8200\n  auth: { user_claim: namespace_id }\n"),
    );
    expect(code).toBe(2);
    expect(err).toContain("Vault could not tell whose path this is");
  });

  it("with the native reader", async () => {
    const { code, err } = await ask((text) => text.replace("version: 1\n", "version: 1\nreader: native\n"));
    expect(code).toBe(2);
    expect(err).toContain("the native reader cannot read this path");
  });

  it("with Terraform", async () => {
    const { code, err } = await ask((text) => `${text}outputs: { targets: [gitlab, terraform] }\n`);
    expect(code).toBe(2);
    expect(err).toContain("Terraform cannot write the policy of `staging`");
  });

  it("where another environment names one project's path", async () => {
    const { code, err } = await ask((text) =>
      text.replace(
        "default-branch }\n",
        "default-branch }\n  odd: { refs: protected-tags, secrets: { X: secret/mygroup/22/staging/db#x } }\n",
      ),
    );
    expect(code).toBe(2);
    expect(err).toContain("`odd` and `staging` would read the same path");
  });

  it("outside of paths", async () => {
    const { code, err } = await ask((text) =>
      text.replace("default-branch }", 'default-branch, gitlab_environment: "review/{project_id}" }'),
    );
    expect(code).toBe(2);
    expect(err).toContain("`{project_id}` has no single value here");
  });
});
