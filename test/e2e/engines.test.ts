import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch } from "../support/gitlab/context.ts";
import { type Issuer, startIssuer } from "../support/gitlab/issuer.ts";
import { expectSuccess } from "../support/openbao/api.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { putV2 } from "../support/openbao/kv.ts";
import type { Server } from "../support/openbao/server.ts";
import { shells } from "../support/shells.ts";
import { generated } from "./generate.ts";
import { expectSilent, proof, runGenerated } from "./job.ts";
import { runSetup } from "./vault.ts";

const manifest = (gitlab: string, vault: string, ciphertext: string) => `
version: 1
gitlab: { url: "${gitlab}", project: { id: 22, path: mygroup/myproject } }
vault:
  url: ${vault}
  mounts: { secret: kv-v2, pki: pki, transit: transit, totp: totp, ssh: ssh }
environments:
  staging: { refs: default-branch }
secrets:
  CERTIFICATE:
    path: pki/issue/web
    with: { common_name: app.example.com }
    fields: { TLS_CERT: certificate, TLS_KEY: private_key }
    as: file
  LICENCE: { path: transit/decrypt/licence, with: { ciphertext: "${ciphertext}" }, field: plaintext, decode: base64 }
  CODE: totp/code/app#code
  LOGIN: { path: ssh/creds/otp, with: { ip: 127.0.0.1 }, as: all }
  KUBECONFIG: { path: secret/app, field: kubeconfig, as: file, filename: config.yml }
  APP_URL: { path: secret/app, field: url, sensitive: false }
  COLOUR: { path: secret/app, field: colour, default: "it's $HOME" }
jobs:
  use: { script: ./use.sh, after_script: ./bye.sh }
`;

const LICENCE = "licence $$ 'text'\n\n";

/** One of each engine that needs nothing outside the server. Gives the ciphertext of the licence. */
async function furnish({ api }: Server): Promise<string> {
  const write = async (path: string, body: object) => {
    const answer = await api("POST", path, body);
    expectSuccess(answer, path);
    return answer.json;
  };
  for (const type of ["pki", "transit", "totp", "ssh"]) await write(`sys/mounts/${type}`, { type });
  await write("pki/root/generate/internal", { common_name: "example.com", ttl: "24h" });
  await write("pki/roles/web", { allowed_domains: "example.com", allow_subdomains: true, max_ttl: "1h" });
  await write("transit/keys/licence", {});
  await write("totp/keys/app", { generate: true, issuer: "test", account_name: "app" });
  await write("ssh/roles/otp", { key_type: "otp", default_user: "ci", cidr_list: "127.0.0.0/8" });
  await putV2(api, "secret", "app", { url: "https://app.example.com", kubeconfig: "clusters: []\n" });
  const sealed = await write("transit/encrypt/licence", {
    plaintext: Buffer.from(LICENCE).toString("base64"),
  });
  return sealed.data.ciphertext as string;
}

describeWithServer("engines that make secrets, and every shape", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    const ciphertext = await furnish(server());
    const use = proof(
      ["LICENCE", "CODE", "LOGIN_KEY", "LOGIN_USERNAME", "APP_URL", "COLOUR"],
      ["TLS_CERT", "TLS_KEY", "KUBECONFIG"],
    );
    dir = await generated(manifest(issuer.url, server().addr, ciphertext), { "use.sh": use });
    const setup = await runSetup(dir, server(), "curl");
    expect(setup.code, setup.output).toBe(0);
  });
  afterAll(() => issuer.stop());

  it.each(shells())("a job in $name gets all of them", async (shell) => {
    const claims = idTokenClaims({
      ...branch("main", { protected: true }),
      issuer: issuer.url,
      audience: server().addr,
    });
    const jwt = issuer.mint(claims);
    const run = await runGenerated(dir, "use:staging", shell, { CI_JOB_JWT: jwt }, { trace: true });
    expect(run.code, run.output).toBe(0);
    expect(run.got("TLS_CERT")).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(run.got("TLS_KEY")).toMatch(/PRIVATE KEY-----/);
    expect(run.got("LICENCE")).toBe(LICENCE);
    expect(run.got("CODE")).toMatch(/^\d{6}$/);
    expect(run.got("LOGIN_USERNAME")).toBe("ci");
    expect(run.got("COLOUR")).toBe("it's $HOME");
    expect(run.got("KUBECONFIG")).toBe("clusters: []\n");
    expect(run.got("KUBECONFIG.path")).toMatch(/\/config\.yml$/);
    expect(run.output).toContain("vault: APP_URL=https://app.example.com");
    expectSilent(run, [jwt, LICENCE.trim(), run.got("LOGIN_KEY") ?? "none", "PRIVATE KEY", "clusters:"]);
  });

  it("a job with leases ends them in after_script, too, and one of its own comes first", () => {
    const job = parse(readFileSync(join(dir, "ci-vault/gitlab/environments/staging.yml"), "utf8"), {
      logLevel: "silent",
    });
    const [reader, sweep] = job[".vault:staging"].after_script as readonly string[];
    expect(reader).toEqual([".vault-reader", "script"]);
    expect(sweep).toMatch(/^ci_vault_begin .* lease=job\nci_vault_sweep\n$/m);
    expect(job["use:staging"].after_script).toEqual(["./bye.sh", [".vault:staging", "after_script"]]);
  });

  it("the token outlives its leases, and both are gone when the job has ended", async () => {
    const role = await server().api("GET", "auth/jwt/role/mygroup--myproject--staging");
    expect(role.json.data.token_explicit_max_ttl).toBe(3600);
    const leases = await server().api("LIST", "sys/leases/lookup/ssh/creds/otp");
    expect(leases.json?.data?.keys ?? []).toEqual([]);
  });
});
