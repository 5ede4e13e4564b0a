import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { addressed, example, generated } from "./generate.ts";
import { runSetup } from "./vault.ts";

const NAMES = ["mygroup--myproject--production", "mygroup--myproject--staging"];

describeWithServer("setup.sh as generated, on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    dir = await generated(addressed(example("myproject"), issuer.url, server().addr));
  });
  afterAll(() => issuer.stop());
  beforeEach(async () => {
    await server().api("DELETE", "sys/auth/jwt");
    for (const name of NAMES) await server().api("DELETE", `sys/policies/acl/${name}`);
  });

  /** Everything that the script may have written, as the server tells it. */
  async function state() {
    const read = async (method: string, path: string) =>
      (await server().api(method, path)).json?.data ?? null;
    const { accessor: _, uuid: __, ...mount } = (await read("GET", "sys/auth"))["jwt/"] ?? {};
    return {
      mount,
      config: await read("GET", "auth/jwt/config"),
      listed: await read("LIST", "auth/jwt/role"),
      policies: await read("LIST", "sys/policies/acl"),
      roles: await Promise.all(NAMES.map((name) => read("GET", `auth/jwt/role/${name}`))),
      texts: await Promise.all(
        NAMES.map(async (name) => (await read("GET", `sys/policies/acl/${name}`))?.policy as unknown),
      ),
    };
  }

  it("is a program", () => {
    expect(statSync(join(dir, "ci-vault/vault/setup.sh")).mode & 0o777).toBe(0o755);
  });

  describe.each(["bao", "curl"] as const)("with only %s", (client) => {
    it("applies everything, twice in a row with the same end", async () => {
      const first = await runSetup(dir, server(), client);
      expect(first.code, first.output).toBe(0);
      expect(first.stderr).toBe("");
      expect(first.stdout).toBe(
        [
          "policy mygroup--myproject--staging written",
          "policy mygroup--myproject--production written",
          "auth method enabled at auth/jwt",
          "auth/jwt configured",
          "role mygroup--myproject--staging written",
          "role mygroup--myproject--production written",
          `${server().addr} is up to date (applied with ${client})\n`,
        ].join("\n"),
      );
      const applied = await state();
      expect(applied.listed.keys.toSorted()).toEqual(NAMES);
      expect(applied.policies.keys).toEqual(expect.arrayContaining(NAMES));
      const second = await runSetup(dir, server(), client);
      expect(second.code, second.output).toBe(0);
      expect(second.stdout).toBe(first.stdout.replace("auth method enabled at auth/jwt\n", ""));
      expect(await state()).toEqual(applied);
    });

    it("with --dry-run says the same and asks nobody, even without a token", async () => {
      const before = await state();
      const run = await runSetup(dir, server(), client, {
        args: ["--dry-run"],
        env: { VAULT_TOKEN: "", VAULT_ADDR: "http://127.0.0.1:1" },
      });
      expect(run.code, run.output).toBe(0);
      expect(run.stdout.split("\n")).toEqual([
        "would write policy mygroup--myproject--staging",
        "would write policy mygroup--myproject--production",
        "would enable and configure auth/jwt",
        "would write role mygroup--myproject--staging at auth/jwt",
        "would write role mygroup--myproject--production at auth/jwt",
        "",
      ]);
      expect(run.calls.filter(([tool]) => tool === client)).toEqual([]);
      expect(await state()).toEqual(before);
    });

    it("puts right what someone loosened on the server", async () => {
      await runSetup(dir, server(), client);
      const applied = await state();
      const { api } = server();
      await api("POST", `auth/jwt/role/${NAMES[0]}`, {
        role_type: "jwt",
        user_claim: "user_login",
        bound_audiences: [server().addr, "https://other.example.com"],
        bound_claims_type: "glob",
        bound_claims: { project_id: "*" },
        token_policies: ["default"],
        token_no_default_policy: false,
        token_ttl: 7200,
        token_explicit_max_ttl: 0,
        expiration_leeway: 3600,
        token_num_uses: 5,
        claim_mappings: { user_login: "login" },
        groups_claim: "groups_direct",
      });
      await api("PUT", `sys/policies/acl/${NAMES[0]}`, { policy: 'path "*" { capabilities = ["sudo"] }' });
      await api("POST", "auth/jwt/config", { jwks_url: issuer.jwksUrl, default_role: "x", bound_issuer: "" });
      expect(await state()).not.toEqual(applied);
      const again = await runSetup(dir, server(), client);
      expect(again.code, again.output).toBe(0);
      expect(await state()).toEqual(applied);
    });

    it("fails, says what failed, and does not go on after a refusal", async () => {
      const run = await runSetup(dir, server(), client, { env: { VAULT_TOKEN: "wrong-token" } });
      expect(run.code).not.toBe(0);
      expect(run.stderr).toMatch(/403/);
      expect(run.stderr).toMatch(/permission denied/);
      expect(run.output).not.toMatch(/written|up to date/);
    });

    it("fails when nothing answers", async () => {
      const run = await runSetup(dir, server(), client, { env: { VAULT_ADDR: "http://127.0.0.1:1" } });
      expect(run.code).not.toBe(0);
      expect(run.output).not.toMatch(/written|up to date/);
    });

    it("takes another server from the environment, with or without a slash at its end", async () => {
      const elsewhere = await generated(addressed(example("myproject"), issuer.url, "http://127.0.0.1:1"));
      for (const env of [{ VAULT_ADDR: `${server().addr}/` }, { BAO_ADDR: server().addr }]) {
        const run = await runSetup(elsewhere, server(), client, { env });
        expect(run.code, run.output).toBe(0);
        expect(run.stdout).toContain(`${server().addr} is up to date`);
      }
    });

    it("takes the token as BAO_TOKEN too, and never puts it into an argument", async () => {
      const { rootToken } = server();
      const run = await runSetup(dir, server(), client, { env: { VAULT_TOKEN: "", BAO_TOKEN: rootToken } });
      expect(run.code, run.output).toBe(0);
      expect(run.calls.flat().some((arg) => arg.includes(rootToken))).toBe(false);
      expect(run.output.includes(rootToken)).toBe(false);
    });
  });

  it("refuses arguments that it does not know", async () => {
    const run = await runSetup(dir, server(), "curl", { args: ["--dryrun"] });
    expect([run.code, run.stdout, run.calls.map(([tool]) => tool)]).toEqual([1, "", ["dirname"]]);
    expect(run.stderr).toContain("unknown argument --dryrun");
  });

  it("asks for a token before it does anything, with curl", async () => {
    const run = await runSetup(dir, server(), "curl", { env: { VAULT_TOKEN: "" } });
    expect([run.code, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toContain("set VAULT_TOKEN");
  });

  it("sends a policy of any text as it is, with curl", async () => {
    const text =
      '# "quotes" \\ back\\slashes \\n and more, é\npath "secret/\\"x\\"" {\n  capabilities = ["read"]\n}\n';
    writeFileSync(join(dir, `ci-vault/vault/policies/${NAMES[0]}.hcl`), text);
    const run = await runSetup(dir, server(), "curl");
    expect(run.code, run.output).toBe(0);
    expect((await state()).texts[0]).toBe(text);
  });
});
