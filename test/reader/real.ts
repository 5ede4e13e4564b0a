import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { expectSuccess } from "../support/openbao/api.ts";
import { enableKv, putV1, putV2 } from "../support/openbao/kv.ts";
import type { Server } from "../support/openbao/server.ts";
import { runJob, type Job, type JobRun } from "./job.ts";

/** A value that breaks quoting, JSON and trimming alike. */
export const awkward = "pa$$w0rd 'x' \"y\" \\ <&> é 😀 \u2028\n\ttail\n\n";
const policy = `
path "secret/data/staging/*" { capabilities = ["read"] }
path "old/*" { capabilities = ["read"] }
path "pki/issue/web" { capabilities = ["update"] }
path "transit/decrypt/key" { capabilities = ["update"] }
path "totp/code/key" { capabilities = ["read"] }
path "ssh/creds/otp" { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

/** What a real server was given to read, and how to run a job there. */
export interface Real {
  readonly issuer: Issuer;
  /** `awkward`, encrypted by transit. */
  readonly ciphertext: string;
  /** Runs a job whose token says what `claims` say: by default, that it is of the branch `main`. */
  readonly run: (job: Job, claims?: ReturnType<typeof idTokenClaims>) => Promise<JobRun>;
}

/** Engines of every kind that needs no outside system, a policy that reads them, and roles that have it. */
export async function furnish(server: Server): Promise<Real> {
  const issuer = await startIssuer();
  const { api } = server;
  const ok = async (method: string, path: string, body?: unknown) =>
    expectSuccess(await api(method, path, body), path);
  await ok("POST", "sys/auth/jwt", { type: "jwt" });
  await ok("POST", "auth/jwt/config", {
    jwks_url: issuer.jwksUrl,
    bound_issuer: "https://gitlab.example.com",
  });
  const role = {
    role_type: "jwt",
    user_claim: "project_id",
    bound_audiences: ["http://vault.example.com:8200"],
    bound_claims: { project_id: "22", ref: "main", ref_type: "branch" },
    token_policies: ["staging"],
  };
  await ok("POST", "auth/jwt/role/the-role", { ...role, token_explicit_max_ttl: 60 });
  await ok("POST", "auth/jwt/role/the-other", { ...role, token_explicit_max_ttl: 60 });
  await ok("POST", "auth/jwt/role/batch", { ...role, token_type: "batch" });
  await ok("PUT", "sys/policies/acl/staging", { policy });
  await enableKv(api, "old", 1);
  await putV1(api, "old", "staging", { legacy: awkward });
  await putV2(api, "secret", "staging/db", { password: "first" });
  await putV2(api, "secret", "staging/db", {
    password: awkward,
    user: "u",
    port: 5432,
    deep: { a: [1, null] },
  });
  await putV2(api, "secret", "staging/gone", { password: "x" });
  await ok("DELETE", "secret/data/staging/gone");
  for (const type of ["pki", "transit", "totp"]) await ok("POST", `sys/mounts/${type}`, { type });
  await ok("POST", "pki/root/generate/internal", { common_name: "test CA", key_type: "ec" });
  await ok("POST", "pki/roles/web", {
    allow_any_name: true,
    key_type: "ec",
    generate_lease: true,
    max_ttl: "1h",
  });
  await ok("POST", "transit/keys/key");
  const plaintext = Buffer.from(awkward).toString("base64");
  const sealed = await ok("POST", "transit/encrypt/key", { plaintext });
  await ok("POST", "totp/keys/key", { generate: true, issuer: "x", account_name: "y" });
  await ok("POST", "sys/mounts/ssh", { type: "ssh" });
  await ok("POST", "ssh/roles/otp", { key_type: "otp", default_user: "u", cidr_list: "0.0.0.0/0" });
  return {
    issuer,
    ciphertext: sealed.json.data.ciphertext,
    run: (job, claims = idTokenClaims(branch("main"))) =>
      runJob(server.addr, { ...job, env: { CI_JOB_JWT: issuer.mint(claims), ...job.env } }),
  };
}
