import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { isolatedPath } from "../support/paths.ts";
import { shells } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { canary, kv2, startFake } from "./fake.ts";
import { clients, runJob, save, toolsOf } from "./job.ts";

const path = "secret/data/a";
const value = `${canary.value} 'x' "y" \\ \n`;
const reads = [
  `ci_vault_read kv2 ${path} V=v F:file=v`,
  `ci_vault_read post transit/decrypt/k '{"ciphertext":"a \\"b\\" c"}' P=plaintext`,
];
const routes = {
  [path]: kv2({ v: value }),
  "transit/decrypt/k": { body: JSON.stringify({ data: { plaintext: "p" } }) },
};
const others = ["awk=mawk", "mktemp", "rm", "cat", "wc", "sleep"];
const leaks = (text: string) => Object.values(canary).filter((secret) => text.includes(secret));

describe.each(shells())("in $name", (shell) => {
  describe.each(clients)("by %s", (client) => {
    it("the same requests, and nothing secret in any argument", async () => {
      const vault = await startFake(routes);
      const tools = isolatedPath([...toolsOf[client], ...others], { record: true });
      const run = await runJob(`${vault.addr}/`, {
        shell,
        reads,
        path: tools.path,
        options: ["namespace=team/a"],
        watch: true,
        trace: true,
        after: ["{ set +x; } 2>/dev/null", save("V", "P")],
      });
      await vault.stop();
      expect(run.code, run.output).toBe(0);
      expect(String(run.file("V"))).toBe(value);
      expect(String(run.file("P"))).toBe("p");
      const token = canary.token;
      expect(
        vault.seen.map(({ method, path: to, headers, body }) => [
          `${method} ${to}`,
          headers["x-vault-token"],
          headers["x-vault-namespace"],
          headers["x-vault-request"],
          body,
        ]),
      ).toEqual([
        ["POST auth/jwt/login", undefined, "team/a", "true", `{"role":"the-role","jwt":"${canary.jwt}"}`],
        [`GET ${path}`, token, "team/a", "true", ""],
        ["POST transit/decrypt/k", token, "team/a", "true", '{"ciphertext":"a \\"b\\" c"}'],
        ["POST auth/token/revoke-self", token, "team/a", "true", "{}"],
      ]);
      expect(leaks(JSON.stringify([tools.calls(), run.seen, run.output]))).toEqual([]);
    });

    it.each(["set -Cfu", "IFS=/", "IFS=", "umask 000", "set +e; set -a", "LC_ALL=xx_XX.UTF-8"])(
      "whatever the job's settings: %s",
      async (before) => {
        const vault = await startFake(routes);
        const after = ["IFS=' '; set +Cf", save("V")];
        const run = await runJob(vault.addr, { shell, client, reads, before: [before], after });
        await vault.stop();
        expect(run.code, run.output).toBe(0);
        expect(String(run.file("V"))).toBe(value);
      },
    );
  });
});

describe("GNU wget's configuration", () => {
  it("is in a file without a name, and readable by nobody else", async () => {
    const vault = await startFake(routes);
    const dir = tempDir("listing");
    const spy = `wget() { case $* in --version) command wget "$@"; return ;; esac
      ls -l /dev/shm "$TMPDIR" >>'${dir}/seen'; ls -lL /dev/fd/4 >>'${dir}/mode'; command wget "$@"; }`;
    const before = [spy];
    const run = await runJob(vault.addr, {
      client: "wget",
      reads: [reads[0]!.replace(" F:file=v", "")],
      before,
    });
    await vault.stop();
    expect(run.code, run.output).toBe(0);
    expect(readFileSync(join(dir, "seen"), "utf8")).not.toContain("ci-vault.");
    expect(readFileSync(join(dir, "mode"), "utf8")).toMatch(/^(-rw-------.*\n)+$/);
    expect(readdirSync("/dev/shm").filter((name) => name.startsWith("ci-vault."))).toEqual([]);
  });
});

describe("an image that has none", () => {
  /** A program that only says its version and, if asked to do more, that it was asked. */
  function pretender(folder: string, name: string, version: string): void {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\necho "${version}"\n[ $# = 1 ] || echo used >>"$HOME/used"\n`,
    );
    chmodSync(join(folder, name), 0o755);
  }

  it.each([
    ["nothing", "http", [], {}],
    ["busybox without openssl, for https", "https", ["busybox", "wget=busybox"], {}],
    ["LibreSSL, which would not check the name", "https", ["busybox"], { openssl: "LibreSSL 3.8.2" }],
    ["wget2, which has other settings", "https", [], { wget: "GNU Wget2 2.1.0 - multithreaded" }],
    ["an nc without -e", "http", [], { busybox: "Usage: nc [-iN] IPADDR PORT" }],
  ])("%s: says what to install, and why, before any request", async (_, scheme, have, pretend) => {
    const vault = await startFake(routes);
    const { path: folder } = isolatedPath([...have, ...others]);
    for (const [name, version] of Object.entries(pretend)) pretender(folder, name, version);
    const home = tempDir("home");
    const run = await runJob(vault.addr.replace("http", scheme), {
      reads,
      path: folder,
      env: { HOME: home },
    });
    await vault.stop();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^vault: this image has no curl: install it .*\n {4}The wget of busybox will not/,
    );
    expect(vault.seen).toEqual([]);
  });
});
