import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { enableKv, putV1, putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { mustHaveTools } from "../support/tools.ts";
import { addressed, example, generated, withEngine } from "./generate.ts";
import { cannotRunLocally, expectSilent, proof, runGenerated, runLocally } from "./job.ts";
import { runSetup } from "./vault.ts";

const VALUES = { staging: "pa$$w0rd", production: "real-pa$$w0rd" } as const;

/** Where each environment's job runs, and what it must get there. */
const JOBS = [
  { job: "read_secrets:staging", where: branch("main"), value: VALUES.staging },
  { job: "read_secrets:production", where: tag("v1.0.0", { protected: true }), value: VALUES.production },
] as const;

it.runIf(mustHaveTools())("a pipeline has every shell that job images have", () => {
  expect(shells().map(({ name }) => name)).toEqual(["dash", "bash", "bash --posix", "busybox ash"]);
});

describeWithServer("the example on a real server", (server) => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.stop());

  describe.each([
    { engine: "KV v2", version: 2, client: "bao" },
    { engine: "KV v1", version: 1, client: "curl" },
  ] as const)("with $engine, applied with $client", ({ version, client }) => {
    let dir: string;
    beforeAll(async () => {
      const { api, addr } = server();
      await api("DELETE", "sys/auth/jwt");
      await api("DELETE", "sys/mounts/secret");
      await enableKv(api, "secret", version);
      const manifest = withEngine(addressed(example("myproject"), issuer.url, addr), `kv-v${version}`);
      dir = await generated(manifest, { "deploy.sh": proof(["DB_PASSWORD"]) });
      const setup = await runSetup(dir, server(), client);
      expect(setup.code, setup.output).toBe(0);
      const put = version === 2 ? putV2 : putV1;
      for (const [name, password] of Object.entries(VALUES))
        await put(api, "secret", `myproject/${name}/db`, { password });
    });

    const jwtFor = (where: Context) =>
      issuer.mint(idTokenClaims({ ...where, issuer: issuer.url, audience: server().addr }));

    describe.each(JOBS)("$job", ({ job, where, value }) => {
      it.each(shells())("gets its value byte-exact in $name, and shows nothing", async (shell) => {
        const jwt = jwtFor(where);
        for (const trace of [false, true]) {
          const run = await runGenerated(dir, job, shell, { CI_JOB_JWT: jwt }, { trace });
          expect(run.code, run.output).toBe(0);
          expect(run.got("DB_PASSWORD")).toBe(value);
          expect(run.output).toContain("vault: read 1 secrets from 1 paths as role mygroup--myproject--");
          expectSilent(run, [value, jwt]);
        }
      });

      it.skipIf(cannotRunLocally)("gets it from gitlab-ci-local too", async () => {
        const jwt = jwtFor(where);
        const variables = { ...predefinedVariables({ ...where, issuer: issuer.url }), CI_JOB_JWT: jwt };
        const run = await runLocally(dir, job, variables);
        expect(run.code, run.output).toBe(0);
        expect(run.got("DB_PASSWORD")).toBe(value);
        expectSilent(run, [value, jwt]);
      });
    });

    it("leaves no token behind: each job revokes its own", async () => {
      const { api } = server();
      const { json } = await api("LIST", "auth/token/accessors");
      // The root token's is the only one.
      expect(json.data.keys).toHaveLength(1);
    });
  });
});
