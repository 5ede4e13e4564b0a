import { afterAll, beforeAll, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch } from "../support/gitlab/context.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { pairs, runJob, save } from "./job.ts";
import { awkward, furnish, type Real } from "./real.ts";

describeWithServer("the reader on a real server", (server) => {
  let real: Real;

  beforeAll(async () => {
    real = await furnish(server());
  });
  afterAll(() => real.issuer.stop());

  const run: Real["run"] = (...job) => real.run(...job);

  it.each(pairs())("reads every engine byte-exactly in $name", async ({ shell, awk }) => {
    const job = await run({
      shell,
      awk,
      reads: [
        "ci_vault_read kv2 secret/data/staging/db PASSWORD=password PORT=port DEEP=deep FILE:file=password",
        "ci_vault_read kv2 'secret/data/staging/db?version=1' FIRST=password",
        "ci_vault_read kv1 old/staging LEGACY=legacy",
        `ci_vault_read post pki/issue/web '{"common_name":"a.example.com"}' CERT=certificate KEY:file=private_key`,
        `ci_vault_read post transit/decrypt/key '{"ciphertext":"${real.ciphertext}"}' PLAIN:base64=plaintext`,
        "ci_vault_read data totp/code/key CODE=code",
      ],
      after: [
        save("PASSWORD", "PORT", "DEEP", "FIRST", "LEGACY", "CERT", "PLAIN", "CODE") +
          '\ncat "$FILE" >FILE\ncat "$KEY" >KEY',
      ],
    });
    expect(job.code, job.output).toBe(0);
    for (const name of ["PASSWORD", "FILE", "LEGACY", "PLAIN"])
      expect(String(job.file(name)), name).toBe(awkward);
    expect(["PORT", "DEEP", "FIRST"].map((name) => String(job.file(name)))).toEqual([
      "5432",
      '{"a":[1,null]}',
      "first",
    ]);
    expect(String(job.file("CERT"))).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect(String(job.file("KEY"))).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(String(job.file("CODE"))).toMatch(/^\d{6}$/);
    expect(job.output).not.toContain("pa$$w0rd");
  });

  it.each([
    [
      "a path without permission",
      "kv2 secret/data/production/db X=x",
      /^secret X: secret\/data\/production\/db: HTTP 403 permission denied$/m,
    ],
    [
      "a path that is empty",
      "kv2 secret/data/staging/none X=x",
      /^secret X: secret\/data\/staging\/none: HTTP 404$/m,
    ],
    [
      "a deleted version",
      "kv2 secret/data/staging/gone X=password",
      /^secret X: .*: HTTP 404 version 1 is deleted$/m,
    ],
    [
      "a missing field",
      "kv2 secret/data/staging/db X=passwort",
      /^secret X: .*: HTTP 200 without field "passwort"$/m,
    ],
  ])("refuses %s", async (_, read, message) => {
    const job = await run({ reads: [`ci_vault_read ${read}`] });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(message);
  });

  it.each([
    ["another branch", { ref: "feature" }, /HTTP 400 .*claim "ref".*\n {4}The role does not admit/],
    ["another audience", { aud: "http://vault.example.com" }, /HTTP 400 .*audience.*\n {4}The aud/],
    ["another issuer", { iss: "https://gitlab.com" }, /HTTP 400 .*\(iss\).*\n {4}bound_issuer/],
    [
      "an expired token",
      { exp: 1_700_000_000, iat: 1_699_999_000, nbf: 1_699_999_000 },
      /HTTP 400 .*expired.*\n {4}The token ended/,
    ],
    ["a token from the future", { nbf: 4_000_000_000, exp: 4_000_001_000 }, /HTTP 400 .*\n {4}The clocks/],
  ])("explains the refusal of %s", async (_, claims, message) => {
    const reads = ["ci_vault_read kv2 secret/data/staging/db X=password"];
    const job = await run({ reads }, { ...idTokenClaims(branch("main")), ...claims });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(message);
  });

  it("explains a wrong mount, a role that is not there and a wrong namespace", async () => {
    const block = (begin: string) => [begin, "ci_vault_read kv1 a A=a", "ci_vault_end"].join("\n");
    const jobs = [
      `${server().addr} wrong the-role`,
      `${server().addr} jwt none`,
      `${server().addr} jwt the-role namespace=none`,
    ];
    const words = [
      /HTTP 403 .*\n {4}.*wrong auth mount/,
      /HTTP 400 .*\n {4}The role does not exist/,
      /HTTP 40[34].*\n {4}/,
    ];
    for (const [index, begin] of jobs.entries()) {
      const job = await run({
        reads: ["ci_vault_read kv1 old/staging L=legacy"],
        after: [block(`ci_vault_begin ${begin}`)],
      });
      expect(job.code, job.output).toBe(1);
      expect(job.stderr).toMatch(words[index] as RegExp);
    }
  });

  it("takes a batch token, which cannot be revoked, without a word", async () => {
    const block = [
      `ci_vault_begin ${server().addr} jwt batch`,
      "ci_vault_read kv1 old/staging B=legacy",
      "ci_vault_end",
    ];
    const job = await run({ reads: ["ci_vault_read kv1 old/staging L=legacy"], after: [block.join("\n")] });
    expect(job.code, job.output).toBe(0);
    expect(job.stderr).toBe(
      "vault: read 1 secrets from 1 paths as role the-role\nvault: read 1 secrets from 1 paths as role batch\n",
    );
  });
});

describeWithServer("the reader on a sealed server", (server) => {
  it("waits for it, gives up, and says who can help", async () => {
    await server().api("PUT", "sys/seal");
    const run = await runJob(server().addr, { reads: ["ci_vault_read kv2 secret/data/a A=a"] });
    expect(run.code).toBe(1);
    expect(run.slept()).toHaveLength(2);
    expect(run.stderr).toMatch(/login as role the-role .*HTTP 503 .*sealed\n {4}Vault is sealed, or none/);
  });
});
