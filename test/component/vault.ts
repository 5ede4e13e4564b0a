import type { Issuer } from "../support/gitlab/issuer.ts";
import { expectSuccess } from "../support/openbao/api.ts";
import { enableKv, putV1, putV2 } from "../support/openbao/kv.ts";
import type { Server } from "../support/openbao/server.ts";

/** What the server holds: values that show every mistake of quoting. */
export const VALUES = {
  staging: { password: "pa$$w0rd 'of' \"staging\"\n", key: "staging-key-`x`" },
  production: { password: "real-pa$$w0rd\\n", key: "production key ünï" },
  tls: "-----BEGIN FAKE KEY-----\nproduction\n",
  old: "value of an old mount",
} as const;

/** Bound as the examples say: staging to the default branch, production to protected tags. */
const BOUND = {
  staging: { ref_type: "branch", ref: "main" },
  production: { ref_type: "tag", ref_protected: "true" },
} as const;

/** Roles, policies and secrets as an operator would make them by hand for the examples of the catalog. */
export async function prepare({ api, addr }: Server, issuer: Issuer): Promise<void> {
  const post = async (path: string, body: unknown) => expectSuccess(await api("POST", path, body), path);
  await post("sys/auth/jwt", { type: "jwt" });
  await post("auth/jwt/config", { jwks_url: issuer.jwksUrl, bound_issuer: issuer.url });
  await enableKv(api, "team/old", 1);
  await putV1(api, "team/old", "app", { value: VALUES.old });
  for (const name of ["staging", "production"] as const) {
    const path = (at: string) => `path "${at}" { capabilities = ["read"] }\n`;
    const rules = [
      ...["db", "api", "tls"].map((leaf) => path(`secret/data/myproject/${name}/${leaf}`)),
      path("team/old/app"),
      'path "auth/token/revoke-self" { capabilities = ["update"] }\n',
    ];
    await post(`sys/policies/acl/${name}`, { policy: rules.join("") });
    await post(`auth/jwt/role/mygroup--myproject--${name}`, {
      role_type: "jwt",
      user_claim: "project_id",
      bound_audiences: [addr],
      bound_claims: { project_id: "22", ...BOUND[name] },
      token_policies: [name],
      token_no_default_policy: true,
      token_explicit_max_ttl: 60,
    });
    await putV2(api, "secret", `myproject/${name}/db`, { password: VALUES[name].password });
    await putV2(api, "secret", `myproject/${name}/api`, { key: VALUES[name].key });
  }
  await putV2(api, "secret", "myproject/production/tls", { key: VALUES.tls });
}
