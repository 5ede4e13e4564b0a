import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";

import { errors, kv2, startFake, type Reply } from "./fake.ts";
import { runJob, save } from "./job.ts";

const path = "secret/data/a";
const good = kv2({ v: "x" });
const sealed = errors(503, "Vault is sealed");

async function run(
  routes: Record<string, Reply | readonly Reply[]>,
  reads = [`ci_vault_read kv2 ${path} V=v`],
  options: string[] = [],
) {
  const vault = await startFake(routes);
  const result = await runJob(vault.addr, { reads, options, after: [save("V")] });
  await vault.stop();
  return { ...result, vault };
}

describe("what may pass is tried again", () => {
  it.each([500, 502, 503, 504, 412, 429, 599])("HTTP %d once, at a read", async (status) => {
    const job = await run({ [path]: [errors(status, "for a moment"), good] });
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("V"))).toBe("x");
    expect(job.stderr).toContain(`HTTP ${status} for a moment: retry 1 of 2 in `);
    // The first token was revoked with the reads, so the second round logs in again.
    expect(job.vault.calls()).toEqual([
      "POST auth/jwt/login",
      `GET ${path}`,
      "POST auth/token/revoke-self",
      "POST auth/jwt/login",
      `GET ${path}`,
      "POST auth/token/revoke-self",
    ]);
  });

  it("HTTP 503 twice, at login", async () => {
    const login = kv2({});
    const token = { ...login, body: '{"auth":{"client_token":"hvs.x"}}' };
    const job = await run({ "auth/jwt/login": [sealed, sealed, token], [path]: good });
    expect(job.code, job.output).toBe(0);
    expect(job.slept()).toHaveLength(2);
  });

  it("a cut connection, before and amid the answer: the token that is still alive is used again", async () => {
    for (const cut of [{ cut: true }, { cut: true, body: '{"data":{"data":{"v":"x\\' }]) {
      const job = await run({ [path]: [cut, good] });
      expect(job.code, job.output).toBe(0);
      expect(String(job.file("V"))).toBe("x");
      expect(job.vault.calls()).toEqual([
        "POST auth/jwt/login",
        `GET ${path}`,
        `GET ${path}`,
        "POST auth/token/revoke-self",
      ]);
    }
  });

  it("only what failed is read again", async () => {
    const reads = [
      `ci_vault_read kv2 ${path} V=v`,
      "ci_vault_read data database/creds/x U=username",
      "ci_vault_read kv1 kv/x K=k",
    ];
    const data = (fields: object): Reply => ({ body: JSON.stringify({ data: fields }) });
    const job = await run(
      { [path]: [sealed, good], "database/creds/x": data({ username: "u" }), "kv/x": data({ k: "k" }) },
      reads,
    );
    expect(job.code, job.output).toBe(0);
    expect(job.stderr).toMatch(/read 3 secrets from 3 paths/);
    expect(job.vault.calls().filter((call) => call.includes("database"))).toHaveLength(1);
    expect(job.vault.calls().filter((call) => call.includes(path))).toHaveLength(2);
  });

  it("waits longer each time, not always the same, and as long as Retry-After says, within bounds", async () => {
    const limited = (after: string): Reply => ({
      ...errors(429, "quota"),
      headers: { "Retry-After": after },
    });
    const plain = await run({ [path]: [errors(500), errors(500), good] });
    const [first = 0, second = 0] = plain.slept();
    expect(first).toBeGreaterThanOrEqual(1);
    expect(first).toBeLessThan(2);
    expect(second).toBeGreaterThanOrEqual(2);
    expect(second).toBeLessThan(3);
    const told = await run({ [path]: [limited("7"), limited("86400"), good] });
    expect(told.slept().map(Math.floor)).toEqual([7, 30]);
    const odd = await run({ [path]: [limited("Wed, 21 Oct 2015 07:28:00 GMT"), limited("-5"), good] });
    expect(odd.slept().map(Math.floor)).toEqual([1, 2]);
  });
});

describe("in the end it gives up", () => {
  it("after three tries of a sealed server, with its words", async () => {
    const job = await run({ [path]: sealed });
    expect(job.code).toBe(1);
    expect(job.slept()).toHaveLength(2);
    expect(job.stderr).toMatch(
      /\nsecret V: secret\/data\/a: HTTP 503 Vault is sealed\n {4}Vault is sealed, or/,
    );
  });

  it("at once, when another secret is refused for good", async () => {
    const job = await run({ [path]: sealed, "kv/x": errors(403) }, [
      `ci_vault_read kv2 ${path} V=v`,
      "ci_vault_read kv1 kv/x K=k",
    ]);
    expect(job.code).toBe(1);
    expect(job.slept()).toEqual([]);
    expect(job.stderr).toMatch(/secret V: .*503[^]*secret K: .*403/);
  });

  it("after three refused connections", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    const job = await runJob(`http://127.0.0.1:${port}`, { reads: [`ci_vault_read kv2 ${path} V=v`] });
    expect(job.code).toBe(1);
    expect(job.slept()).toHaveLength(2);
    expect(job.stderr).toMatch(
      /vault: login as role the-role .*: no answer \(curl: \(7\) .*\)\n {4}Nothing listens/,
    );
  });
});

describe("the revocation", () => {
  it.each([400, 403, 404])("HTTP %d is taken for granted (batch and used-up tokens)", async (status) => {
    const job = await run({ [path]: good, "auth/token/revoke-self": errors(status, "no") });
    expect(job.code, job.output).toBe(0);
    expect(job.stderr).not.toContain("warning");
  });

  it("that fails is a warning, not a failed job", async () => {
    const job = await run({ [path]: good, "auth/token/revoke-self": errors(500, "no") });
    expect(job.code, job.output).toBe(0);
    expect(job.stderr).toMatch(/warning: the token could not be revoked \(HTTP 500\)/);
    const cut = await run({ [path]: good, "auth/token/revoke-self": { cut: true } });
    expect(cut.code, cut.output).toBe(0);
    expect(cut.stderr).toMatch(/warning: the token could not be revoked/);
  });
});
