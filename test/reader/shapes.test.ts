import { describe, expect, it } from "vitest";

import { canary, errors, json, startFake } from "./fake.ts";
import { anyShell, runJob, save } from "./job.ts";
import { good, path, reads, run } from "./vault-job.ts";

describe("shapes and options", () => {
  it("optional: what is missing is unset, even if the job had it, and is named", async () => {
    const more = [
      `ci_vault_read kv2 ${path} V=v O:optional=zz N:optional=n`,
      "ci_vault_read kv1 kv/none P:optional=p Q:all,optional",
    ];
    const job = await run(anyShell, {
      reads: more,
      env: { O: "stale", P: "stale" },
      after: ['echo "[${O-unset}${P-unset}${N-unset}]"'],
    });
    expect(job.code, job.output).toBe(0);
    expect(job.stdout).toContain("[unsetunsetunset]");
    expect(job.stderr).toContain(
      "read 1 secrets from 2 paths as role the-role (optional and missing: O N P)\n",
    );
  });

  it("all: every field under the prefix, nulls apart; json: the whole secret", async () => {
    const job = await run(anyShell, {
      reads: [`ci_vault_read kv2 ${path} DB_:all J:json`],
      after: ["env | grep -c ^DB_ || :", save("DB_SOME_KEY_X", "J")],
    });
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("DB_SOME_KEY_X"))).toBe("k");
    expect(JSON.parse(String(job.file("J")))).toEqual({ v: "a b\n", w: "*", "some-key.x": "k", n: null });
  });

  it("one request for equal paths, two for different bodies or versions", async () => {
    const post = (body: string, name: string) => `ci_vault_read post pki/issue/web '${body}' ${name}=serial`;
    const job = await run(
      anyShell,
      {
        reads: [
          `ci_vault_read kv2 ${path} A=v`,
          `ci_vault_read kv2 '${path}?version=3' B=v`,
          `ci_vault_read kv2 ${path} C=w`,
          post('{"cn":"a \\"b\\" c"}', "D"),
          post('{"cn":"z"}', "E"),
        ],
      },
      { [`${path}?version=3`]: good, "pki/issue/web": json({ data: { serial: 42 } }) },
    );
    expect(job.code, job.output).toBe(0);
    expect(job.vault.calls().slice(1)).toEqual([
      `GET ${path}`,
      `GET ${path}?version=3`,
      "POST pki/issue/web",
      "POST pki/issue/web",
      "POST auth/token/revoke-self",
    ]);
    expect(job.vault.seen[3]?.body).toBe('{"cn":"a \\"b\\" c"}');
  });

  it("sends the namespace with every request, the token with all but the login, and the JWT once", async () => {
    const job = await run(anyShell, {
      options: ["namespace=team/a", "token=VAULT_ID_TOKEN"],
      env: { VAULT_ID_TOKEN: "eyJ.other.sig", CI_JOB_JWT: "" },
    });
    expect(job.code, job.output).toBe(0);
    expect(job.vault.seen.map(({ headers }) => headers["x-vault-namespace"])).toEqual(
      Array(3).fill("team/a"),
    );
    expect(job.vault.seen.map(({ headers }) => headers["x-vault-request"])).toEqual(Array(3).fill("true"));
    expect(job.vault.seen.map(({ headers }) => headers["x-vault-token"])).toEqual([
      undefined,
      canary.token,
      canary.token,
    ]);
    expect(JSON.parse(job.vault.seen[0]?.body ?? "")).toEqual({ role: "the-role", jwt: "eyJ.other.sig" });
  });

  it("lease=job: the token lives until the shell ends, and is revoked even if the job fails", async () => {
    const job = await run(anyShell, {
      options: ["lease=job"],
      after: ["exit 4"],
      before: ["trap 'echo user' EXIT"],
    });
    expect(job.code, job.output).toBe(4);
    expect(job.stdout).toMatch(/^user$/m);
    expect(job.vault.calls()).toEqual(["POST auth/jwt/login", `GET ${path}`, "POST auth/token/revoke-self"]);
    const failed = await run(anyShell, { options: ["lease=job"] }, { [path]: errors(403) });
    expect(failed.code).toBe(1);
    expect(failed.vault.calls().at(-1)).toBe("POST auth/token/revoke-self");
  });

  it("several blocks in one job, each with its role", async () => {
    const vault = await startFake({ [path]: good });
    const second = [
      `ci_vault_begin ${vault.addr}/ jwt second lease=job`,
      `ci_vault_read kv2 ${path} X:file=w`,
      "ci_vault_end",
      'cat "$F" "$X" >both',
    ];
    const job = await runJob(vault.addr, { reads, options: ["lease=job"], after: [second.join("\n")] });
    await vault.stop();
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("both"))).toBe("a b\n*");
    expect(vault.seen.filter(({ body }) => body.includes('"second"'))).toHaveLength(1);
    expect(vault.calls().slice(-2)).toEqual(["POST auth/token/revoke-self", "POST auth/token/revoke-self"]);
  });

  it("a checkout that cannot be written, as a user who is not root", async () => {
    const job = await run(anyShell, { before: ["cd /proc"], after: ['cat "$F" >"$CI_PROJECT_DIR/F"'] });
    expect(job.code, job.output).toBe(0);
  });

  it("a proxy of the job is not asked for a plain http address", async () => {
    const job = await run(anyShell, {
      env: { http_proxy: "http://127.0.0.1:1", ALL_PROXY: "http://127.0.0.1:1" },
    });
    expect(job.code, job.output).toBe(0);
  });

  it("an own .curlrc is not read", async () => {
    const before = ['printf \'output = "leak"\\nverbose\\n\' >"$HOME/.curlrc"'];
    const job = await run(anyShell, { before });
    expect(job.code, job.output).toBe(0);
  });

  it("no folder for file secrets: says so before any request", async () => {
    const job = await run(anyShell, { before: ['rm "$PATH/mktemp"'] });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/no folder for file secrets/);
    expect(job.vault.seen).toEqual([]);
  });

  it("verify=off warns", async () => {
    const job = await run(anyShell, { options: ["verify=off"] });
    expect(job.stderr).toMatch(/warning: .* not verified/);
  });

  it("ca: a variable that is not of type File is told apart", async () => {
    const job = await run(anyShell, {
      options: ["ca=VAULT_CA"],
      env: { VAULT_CA: "-----BEGIN CERTIFICATE-----" },
    });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/ca=VAULT_CA: no such file.*\n.*must be of type File/);
    expect((await run(anyShell, { options: ["ca=VAULT_CA"], env: { VAULT_CA: "/etc/passwd" } })).code).toBe(
      0,
    );
  });
});
