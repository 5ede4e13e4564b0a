import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { expectSuccess } from "../support/openbao/api.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { shells } from "../support/shells.ts";
import { addressed, example, generated } from "./generate.ts";
import { expectSilent, proof, runGenerated } from "./job.ts";
import { runSetup } from "./vault.ts";

/** Below `vault:` of the example: what differs from the defaults. */
interface Variant {
  readonly name: string;
  readonly vault: (issuer: Issuer) => string;
  readonly namespace?: string;
}

const VARIANTS: readonly Variant[] = [
  { name: "batch tokens", vault: () => "  token: { type: batch }\n" },
  { name: "keys by discovery", vault: () => "  auth: { keys: discovery }\n" },
  { name: "keys as PEM", vault: ({ publicKey }) => `  auth: { keys: [${JSON.stringify(publicKey)}] }\n` },
  {
    name: "another mount, variable and audience",
    vault: () => "  auth: { mount: ci/gitlab, token_variable: ID, audience: my-vault }\n",
  },
  { name: "a namespace", namespace: "team/inner", vault: () => "  namespace: team/inner\n" },
  {
    name: "a longer life and a network",
    vault: () => '  token: { ttl: 1h, bound_cidrs: ["127.0.0.0/8"] }\n',
  },
  { name: "claims of the user", vault: () => "  auth: { user_claim: user_login }\n" },
];

describeWithServer("settings of the manifest, on a real server", (server) => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    const { api } = server();
    expectSuccess(await api("POST", "sys/namespaces/team"), "namespace");
    expectSuccess(await api("POST", "sys/namespaces/inner", undefined, { namespace: "team" }), "namespace");
    const body = { type: "kv", options: { version: "2" } };
    expectSuccess(await api("POST", "sys/mounts/secret", body, { namespace: "team/inner" }), "mount");
  });
  afterAll(() => issuer.stop());

  describe.each(VARIANTS)("$name", ({ vault, namespace }) => {
    // The server's own client takes a second for what curl does in a tenth: once is enough for what it does the same way.
    const clients = namespace === undefined ? (["curl"] as const) : (["bao", "curl"] as const);
    it.each(clients)("works from set-up (%s) to the job", async (client) => {
      const where = namespace === undefined ? {} : { namespace };
      await server().api("DELETE", "sys/auth/jwt");
      // A new KV v2 mount needs a moment before it takes writes.
      await expect
        .poll(
          async () =>
            (
              await server().api(
                "POST",
                "secret/data/myproject/staging/db",
                { data: { password: "$$ of it" } },
                where,
              )
            ).status,
        )
        .toBe(200);
      const manifest = addressed(example("myproject"), issuer.url, server().addr).replace(
        /^vault:\n/m,
        (line) => line + vault(issuer),
      );
      const dir = await generated(manifest, { "deploy.sh": proof(["DB_PASSWORD"]) });
      const setup = await runSetup(dir, server(), client);
      expect(setup.code, setup.output).toBe(0);
      const audience = manifest.includes("my-vault") ? "my-vault" : server().addr;
      const jwt = issuer.mint(idTokenClaims(branch("main", { issuer: issuer.url, audience })));
      const variable = manifest.includes("token_variable") ? "ID" : "CI_JOB_JWT";
      for (const shell of shells()) {
        const run = await runGenerated(
          dir,
          "read_secrets:staging",
          shell,
          { [variable]: jwt },
          { trace: true },
        );
        expect(run.code, `${shell.name}: ${run.output}`).toBe(0);
        expect(run.got("DB_PASSWORD")).toBe("$$ of it");
        expectSilent(run, [jwt, "$$ of it"]);
        expect(run.stderr).not.toMatch(/^vault: warning/m);
      }
    });
  });

  it("a policy that Vault refuses stops the script before any role is written", async () => {
    const dir = await generated(addressed(example("myproject"), issuer.url, server().addr));
    writeFileSync(join(dir, "ci-vault/vault/policies/mygroup--myproject--production.hcl"), "path {\n");
    for (const client of ["bao", "curl"] as const) {
      const run = await runSetup(dir, server(), client);
      expect(run.code).not.toBe(0);
      expect(run.stdout).toBe("policy mygroup--myproject--staging written\n");
      expect(run.stderr).toMatch(/400/);
    }
  });
});
