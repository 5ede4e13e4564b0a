import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { describeWithServer } from "../support/openbao/describe.ts";
import { isolatedPath, type IsolatedPath } from "../support/paths.ts";
import { shells } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { canary, errors, json, kv2, startFake, type FakeVault, type Reply } from "./fake.ts";
import { runJob, save, type Job, type JobRun } from "./job.ts";
import { awkward, furnish, type Real } from "./real.ts";

const path = "secret/data/a";
const options = ["client=cli"];
const TOKEN = /(?<![A-Za-z0-9_])(?:hvs|hvb|s|b)\.[A-Za-z0-9_-]{20,}/;

/** An image with `bao` and without curl. The sleep between tries takes no time. */
function image(binary: string, more: readonly string[] = [], record = false): IsolatedPath {
  const tools = ["awk=mawk", "mktemp", "rm", "cat", "wc", "ls", "env", "sleep=true"];
  return isolatedPath([`bao=${binary}`, ...tools, ...more], { record });
}

describeWithServer("client=cli: the official client of the image", (server) => {
  let real: Real;
  beforeAll(async () => {
    real = await furnish(server());
  });
  afterAll(() => real.issuer.stop());

  const job = (more: Partial<Job>): Job => ({
    reads: [],
    options,
    path: image(server().binary).path,
    ...more,
  });

  describe.each(shells())("in $name", (shell) => {
    it("every engine and shape byte-exactly; token and JWT in no argument, in no log", async () => {
      const tools = image(server().binary, [], true);
      const run = await real.run(
        job({
          shell,
          path: tools.path,
          trace: true,
          watch: true,
          reads: [
            "ci_vault_read kv2 secret/data/staging/db PASSWORD=password PORT=port DEEP=deep FILE:file=password",
            "ci_vault_read kv2 'secret/data/st%61ging/db?version=1' FIRST=password",
            "ci_vault_read kv1 old/staging LEGACY=legacy",
            `ci_vault_read post pki/issue/web '{"common_name":"a.example.com"}' CERT=certificate`,
            `ci_vault_read post transit/decrypt/key '{"ciphertext":"${real.ciphertext}"}' PLAIN:base64=plaintext`,
            "ci_vault_read data totp/code/key CODE=code",
            "ci_vault_read kv2 secret/data/staging/none NONE:optional=x",
          ],
          after: [
            "{ set +x; } 2>/dev/null",
            save("PASSWORD", "PORT", "DEEP", "FIRST", "LEGACY", "CERT", "PLAIN", "CODE") +
              '\ncat "$FILE" >FILE; env >environment',
          ],
        }),
      );
      expect(run.code, run.output).toBe(0);
      for (const name of ["PASSWORD", "FILE", "LEGACY", "PLAIN"])
        expect(String(run.file(name)), name).toBe(awkward);
      const few = ["PORT", "DEEP", "FIRST"].map((name) => String(run.file(name)));
      expect(few).toEqual(["5432", '{"a":[1,null]}', "first"]);
      expect(String(run.file("CERT"))).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
      expect(String(run.file("CODE"))).toMatch(/^\d{6}$/);
      expect(run.stderr).toContain("(optional and missing: NONE)");
      const clients = tools.calls().filter(([name]) => name === "bao");
      expect(clients).toHaveLength(1 + 7 + 1);
      for (const text of [run.output, ...run.seen, ...tools.calls().flat()]) {
        expect(TOKEN.test(text), "a token").toBe(false);
        expect(/eyJ[\w-]+\.[\w-]+\./.test(text), "the JWT").toBe(false);
        expect(text.includes("pa$$w0rd"), "a value").toBe(false);
      }
      expect(String(run.file("environment"))).not.toMatch(/^(VAULT|BAO)_/m);
    });

    it("refusals have the words of the other clients", async () => {
      const run = await real.run(
        job({
          shell,
          reads: [
            "ci_vault_read kv2 secret/data/production/db A=x",
            "ci_vault_read kv2 secret/data/staging/none B=x",
            "ci_vault_read kv2 secret/data/staging/gone C=password",
            "ci_vault_read kv2 secret/data/staging/db D=passwort",
            `ci_vault_read post transit/decrypt/key '{"ciphertext":"\\"x\\""}' E=plaintext`,
          ],
        }),
      );
      expect(run.code, run.output).toBe(1);
      expect(run.stderr).toMatch(
        /^secret A: secret\/data\/production\/db: HTTP 403 permission denied\n {4}The pol/m,
      );
      expect(run.stderr).toMatch(/^secret B: secret\/data\/staging\/none: HTTP 404\n {4}Nothing is stored/m);
      expect(run.stderr).toMatch(/^secret C: .*: HTTP 404 version 1 is deleted$/m);
      expect(run.stderr).toMatch(/^secret D: .*: HTTP 200 without field "passwort"$/m);
      expect(run.stderr).toMatch(/^secret E: transit\/decrypt\/key: HTTP 400 .*ciphertext/m);
    });

    it("a refused login says why", async () => {
      const run = await real.run(job({ shell, role: "none", reads: [`ci_vault_read kv2 ${path} A=a`] }));
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/HTTP 400 role "none" could not be found\n {4}The role does not exist/);
    });

    it("the job's own settings of the client change nothing, and its home stays as it is", async () => {
      const home = tempDir("home");
      writeFileSync(join(home, ".vault-token"), "hvs.someone");
      mkdirSync(join(home, ".cache"));
      const helper = join(home, "helper");
      writeFileSync(helper, `#!/bin/sh\necho used >'${home}/used'\n`, { mode: 0o755 });
      writeFileSync(join(home, ".vault"), `token_helper = "${helper}"\n`);
      const before = readdirSync(home);
      const elsewhere = "http://127.0.0.1:1";
      const run = await real.run(
        job({
          shell,
          reads: ["ci_vault_read kv1 old/staging LEGACY=legacy"],
          before: ['export BAO_TEXT="several\n BAO_WRAP_TTL=1 lines"'],
          after: [`${save("LEGACY")}\n[ "$BAO_ADDR" = ${elsewhere} ]`],
          env: {
            HOME: home,
            VAULT_ADDR: elsewhere,
            BAO_ADDR: elsewhere,
            BAO_AGENT_ADDR: elsewhere,
            BAO_NAMESPACE: "none",
            BAO_WRAP_TTL: "60s",
            VAULT_FORMAT: "yaml",
            BAO_TOKEN: "wrong",
            BAO_CACERT: "/none",
            http_proxy: elsewhere,
            HTTP_PROXY: elsewhere,
            VAULT_HTTP_PROXY: elsewhere,
          },
        }),
      );
      expect(run.code, run.output).toBe(0);
      expect(String(run.file("LEGACY"))).toBe(awkward);
      expect(readdirSync(home)).toEqual(before);
      expect(readFileSync(join(home, ".vault-token"), "utf8")).toBe("hvs.someone");
    });

    it("lease=job: revoked when the shell ends, and the token is in no environment but the client's", async () => {
      const run = await real.run(
        job({
          shell,
          options: [...options, "lease=job"],
          reads: [`ci_vault_read post ssh/creds/otp '{"ip":"127.0.0.1"}' OTP=key`],
          after: ["env >environment", "exit 3"],
        }),
      );
      expect(run.code, run.output).toBe(3);
      expect(TOKEN.test(String(run.file("environment")))).toBe(false);
      const leases = await server().api("LIST", "sys/leases/lookup/ssh/creds/otp");
      expect(leases.json?.data?.keys ?? []).toEqual([]);
    });
  });

  /** A job against a server that misbehaves. */
  async function faulty(reply: Reply | readonly Reply[]): Promise<{ run: JobRun; vault: FakeVault }> {
    const vault = await startFake({ [path]: reply });
    const run = await runJob(vault.addr, job({ reads: [`ci_vault_read kv2 ${path} A=v`], trace: true }));
    await vault.stop();
    return { run, vault };
  }
  const requests = ["PUT auth/jwt/login", `GET ${path}`, "PUT auth/token/revoke-self"];

  it.each<[string, Reply, RegExp]>([
    ["400", errors(400, '1 error occurred:\n\t* bad \u001b "x" \\ y\n\n', "b"), /HTTP 400 bad .*; b$/m],
    ["501", errors(501, "Vault is not initialized"), /HTTP 501 Vault is not initialized$/m],
    ["HTML", { body: `<p>${canary.value}` }, /HTTP 200 with an HTML page\n {4}Something else/],
    ["HTML with 403", { status: 403, body: `<p>${canary.value}` }, /HTTP 403 with an HTML page\n/],
    ["text", { body: canary.value }, /HTTP 200 with a body that is not JSON\n/],
    ["redirect", { status: 307, headers: { Location: "http://127.0.0.2:1/" } }, /HTTP 404\n.*redirect/],
    ["null field", kv2({ v: null }), /HTTP 200 without field "v"/],
    ["no data", json({ data: null, warnings: ["Invalid path"] }), /HTTP 404\n {4}Vault says: Invalid path$/m],
  ])("%s: one message, no second try, and the token is revoked", async (_, reply, message) => {
    const { run, vault } = await faulty(reply);
    expect(run.code, run.output).toBe(1);
    expect(run.stderr).toMatch(message);
    expect(run.output).not.toContain(canary.value);
    expect(vault.calls()).toEqual(requests);
  });

  it.each<[string, Reply, RegExp]>([
    ["503", errors(503, "Vault is sealed"), /vault: HTTP 503 Vault is sealed: retry 1 of 2/],
    ["a cut answer", { body: '{"data":{"data":', cut: true }, /no answer \(bao: unexpected EOF\): retry 1/],
    ["a cut connection", { cut: true }, /no answer \(bao: .*EOF\): retry 1 of 2/],
  ])("%s is tried again", async (_, reply, message) => {
    const { run, vault } = await faulty([reply, kv2({ v: "good" })]);
    expect(run.code, run.output).toBe(0);
    expect(run.stderr).toMatch(message);
    expect(vault.calls().filter((call) => call === `GET ${path}`)).toHaveLength(2);
  });

  it("nobody there, and no such name: says so", async () => {
    const reads = [`ci_vault_read kv2 ${path} A=a`];
    const refused = await runJob("http://127.0.0.1:1", job({ reads }));
    expect(refused.stderr).toMatch(/no answer \(bao: .*connection refused\)\n {4}Nothing listens at http/);
    const https = await runJob(server().addr.replace("http", "https"), job({ reads }));
    expect(https.stderr).toMatch(/no answer \(bao: .*\)\n {4}No TLS handshake/);
  });
});

describe("client=cli in an image without a client", () => {
  it("says so before any request", async () => {
    const vault = await startFake();
    const run = await runJob(vault.addr, { options, reads: [`ci_vault_read kv2 ${path} A=a`] });
    await vault.stop();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^vault: this image has neither vault nor bao, and reader: cli needs one of them\n/,
    );
    expect(vault.seen).toEqual([]);
  });
});
