import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { enableKv, putV1, putV2 } from "../support/openbao/kv.ts";
import { addressed, example, generated, withEngine } from "./generate.ts";
import { expectForbidden, runSetup, tokenOf } from "./vault.ts";

const STAGING = "mygroup--myproject--staging";
const PRODUCTION = "mygroup--myproject--production";

describeWithServer("what a job's token may not do on a real server", (server) => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.stop());

  describe.each([
    { engine: "KV v2", version: 2, client: "bao" },
    { engine: "KV v1", version: 1, client: "curl" },
  ] as const)("$engine", ({ version, client }) => {
    let tokens: { readonly staging: string; readonly production: string };
    beforeAll(async () => {
      const { api, addr } = server();
      await api("DELETE", "sys/mounts/secret");
      await enableKv(api, "secret", version);
      const put = version === 2 ? putV2 : putV1;
      for (const name of ["staging", "production", "other"])
        await put(api, "secret", `myproject/${name}/db`, { password: `value of ${name}` });
      const dir = await generated(
        withEngine(addressed(example("myproject"), issuer.url, addr), `kv-v${version}`),
      );
      const setup = await runSetup(dir, server(), client);
      expect(setup.code, setup.output).toBe(0);
      const jwtFor = (where: Context) =>
        issuer.mint(idTokenClaims({ ...where, issuer: issuer.url, audience: addr }));
      tokens = {
        staging: await tokenOf(server(), STAGING, jwtFor(branch("main"))),
        production: await tokenOf(server(), PRODUCTION, jwtFor(tag("v1.0.0", { protected: true }))),
      };
    });

    const data = version === 2 ? "secret/data" : "secret";
    const call = (token: string, method: string, path: string, body?: unknown) =>
      server().api(method, path, body, {
        token,
        headers: method === "PATCH" ? { "Content-Type": "application/merge-patch+json" } : {},
      });

    it("(the right paths do answer)", async () => {
      for (const name of ["staging", "production"] as const) {
        const answer = await call(tokens[name], "GET", `${data}/myproject/${name}/db`);
        expect(answer.status, answer.text).toBe(200);
        const fields = version === 2 ? answer.json.data.data : answer.json.data;
        expect(fields).toEqual({ password: `value of ${name}` });
      }
    });

    it.each([
      ["staging", "production"],
      ["production", "staging"],
      ["staging", "other"],
      ["production", "other"],
    ] as const)("the token of %s on the path of %s", async (owner, other) => {
      expectForbidden(await call(tokens[owner], "GET", `${data}/myproject/${other}/db`));
    });

    describe.each(["staging", "production"] as const)("with the token of %s", (name) => {
      const own = `myproject/${name}/db`;
      const written = version === 2 ? { data: { password: "evil" } } : { password: "evil" };
      it.each([
        ["writing its own path", "POST", `${data}/${own}`, written],
        ["writing its own path with PUT", "PUT", `${data}/${own}`, written],
        ["writing beside it", "POST", `${data}/myproject/${name}/new`, written],
        ["deleting its own path", "DELETE", `${data}/${own}`, undefined],
        ["reading beside it", "GET", `${data}/myproject/${name}/db2`, undefined],
        ["reading below it", "GET", `${data}/${own}/x`, undefined],
        ["reading above it", "GET", `${data}/myproject/${name}`, undefined],
        [
          "listing its folder",
          "LIST",
          `${version === 2 ? "secret/metadata" : "secret"}/myproject/${name}`,
          undefined,
        ],
        ["listing the mount", "LIST", version === 2 ? "secret/metadata/" : "secret/", undefined],
        ["looking itself up", "GET", "auth/token/lookup-self", undefined],
        ["renewing itself", "POST", "auth/token/renew-self", {}],
        ["making another token", "POST", "auth/token/create", {}],
        ["reading its own role", "GET", `auth/jwt/role/${STAGING}`, undefined],
        ["reading its own policy", "GET", `sys/policies/acl/${STAGING}`, undefined],
        ["reading the mounts", "GET", "sys/mounts", undefined],
        ["using a cubbyhole", "POST", "cubbyhole/x", { a: "b" }],
        ...(version === 1
          ? []
          : ([
              ["patching its own path", "PATCH", `${data}/${own}`, written],
              ["reading metadata", "GET", `secret/metadata/${own}`, undefined],
              ["writing metadata", "POST", `secret/metadata/${own}`, { max_versions: 1 }],
              ["deleting all versions", "DELETE", `secret/metadata/${own}`, undefined],
              ["deleting a version", "POST", `secret/delete/${own}`, { versions: [1] }],
              ["undeleting a version", "POST", `secret/undelete/${own}`, { versions: [1] }],
              ["destroying a version", "POST", `secret/destroy/${own}`, { versions: [1] }],
              ["reading the subkeys", "GET", `secret/subkeys/${own}`, undefined],
              ["configuring the engine", "POST", "secret/config", { max_versions: 1 }],
            ] as const)),
      ] as const)("%s", async (_, method, path, body) => {
        expectForbidden(await call(tokens[name], method, path, body));
      });
    });

    it("(the right paths still answer, with the same values)", async () => {
      for (const name of ["staging", "production"] as const) {
        const answer = await call(tokens[name], "GET", `${data}/myproject/${name}/db`);
        expect(answer.text).toContain(`value of ${name}`);
      }
    });

    it("the token of a job lives 60 seconds at most and has one policy", async () => {
      const { json } = await server().api("POST", "auth/token/lookup", { token: tokens.production });
      expect(json.data).toMatchObject({
        explicit_max_ttl: 60,
        policies: [PRODUCTION],
        type: "service",
        orphan: true,
      });
      expect(json.data.ttl).toBeLessThanOrEqual(60);
    });
  });
});
