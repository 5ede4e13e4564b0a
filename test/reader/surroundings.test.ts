import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

import { exec } from "../support/exec.ts";
import { shells, type Shell } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { canary, errors, json, kv2, startFake, type Reply } from "./fake.ts";
import { reader, readerFile, runJob, save, type Job } from "./job.ts";

const path = "secret/data/a";
const good = kv2({ v: "a b\n", w: "*", "some-key.x": "k", n: null });
const reads = [`ci_vault_read kv2 ${path} V=v W=w F:file=v`];

async function run(shell: Shell, job: Partial<Job>, routes: Record<string, Reply | readonly Reply[]> = {}) {
  const vault = await startFake({ [path]: good, ...routes });
  const result = await runJob(vault.addr, { shell, reads, ...job });
  await vault.stop();
  return { ...result, vault };
}

describe.each(shells())("in $name it does not matter", (shell) => {
  it.each([
    ["nounset", "set -u"],
    ["no options at all", "set +e"],
    ["noclobber", "set -C"],
    ["noglob", "set -f"],
    ["IFS of a slash", "IFS=/"],
    ["IFS of letters", "IFS=ab_cdefVAULT"],
    ["empty IFS", "IFS="],
    ["unset IFS", "unset IFS"],
    ["another umask", "umask 000"],
    ["a C locale", "export LC_ALL=C"],
    ["an unknown locale", "export LC_ALL=xx_XX.UTF-8 2>/dev/null"],
    ["files named like patterns", "touch 'R kv2' '*' '[a]'"],
    ["functions of the job", 'cat() { command cat "$@"; }; curl() { command curl "$@"; }'],
    [
      "variables named like ours",
      "export _ci_vault_token=x _ci_vault_out=x _ci_vault_dir=/nowhere _ci_vault_leases=x _ci_vault_retry=1",
    ],
    ["a second copy of the reader", reader],
  ])("%s", async (_, before) => {
    const after = [
      "{ set +xv -e; } 2>/dev/null; unset IFS; set +C",
      save("V", "W") + '\ncat "$F" >F; ls -l "$F" >mode',
    ];
    const job = await run(shell, { before: [before], after });
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("V"))).toBe("a b\n");
    expect(String(job.file("W"))).toBe("*");
    expect(String(job.file("F"))).toBe("a b\n");
    expect(String(job.file("mode"))).toMatch(/^-rw-------/);
    expect(job.stderr).toContain("vault: read 3 secrets from 1 paths as role the-role\n");
  });

  it("whether an EXIT trap is set: it still runs, with the job's status, and the files are gone", async () => {
    const job = await run(shell, {
      before: ["trap 'echo \"bye $? it'\\''s over\" >bye; ls \"$F\" >>bye 2>&1 || :' EXIT"],
      after: ["exit 7"],
    });
    expect(job.code, job.output).toBe(7);
    expect(String(job.file("bye"))).toMatch(/^bye 7 it's over\n.*No such file/s);
  });
});

describe.each(shells())("file secrets in $name", (shell) => {
  it("are outside the checkout, and are removed at the end, also of a job that fails", async () => {
    for (const end of ["true", "false", "exit 3", "kill $$; sleep 1"]) {
      const tmp = tempDir("tmp");
      const job = await run(shell, { env: { TMPDIR: tmp }, after: ['printf %s "$F" >where', end] });
      expect(job.stderr, job.output).toContain("read 3 secrets");
      expect(dirname(dirname(String(job.file("where"))))).toBe(tmp);
      expect(readdirSync(tmp), end).toEqual([]);
    }
  });

  it("prefer the runner's folder for the project, and never the checkout", async () => {
    const project = tempDir("builds");
    const runner = join(project, "p.tmp");
    mkdirSync(runner);
    const job = await run(shell, {
      env: { RUNNER_TEMP_PROJECT_DIR: runner },
      after: ['printf %s "$F" >where'],
    });
    expect(dirname(dirname(String(job.file("where"))))).toBe(runner);
    const inside = await run(shell, {
      before: ["mkdir t; TMPDIR=$CI_PROJECT_DIR/t"],
      after: ['printf %s "$F" >where'],
    });
    expect(String(inside.file("where"))).toMatch(/^\/tmp\/ci-vault\./);
  });

  it("may hold any byte when they come from base64", async () => {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 7) % 256));
    const routes = { [path]: kv2({ v: bytes.toString("base64") }) };
    const job = await run(
      shell,
      { reads: [`ci_vault_read kv2 ${path} F:base64,file=v`], after: ['cat "$F" >F'] },
      routes,
    );
    expect(job.code, job.output).toBe(0);
    expect(job.file("F").equals(bytes)).toBe(true);
    const env = await run(shell, { reads: [`ci_vault_read kv2 ${path} F:base64=v`] }, routes);
    expect(env.stderr).toMatch(/^secret F: .*NUL/);
  });
});

describe("shapes and options", () => {
  const shell = shells()[0] as Shell;

  it("optional: what is missing is unset, even if the job had it, and is named", async () => {
    const more = [
      `ci_vault_read kv2 ${path} V=v O:optional=zz N:optional=n`,
      "ci_vault_read kv1 kv/none P:optional=p Q:all,optional",
    ];
    const job = await run(shell, {
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
    const job = await run(shell, {
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
      shell,
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
    const job = await run(shell, {
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
    const job = await run(shell, {
      options: ["lease=job"],
      after: ["exit 4"],
      before: ["trap 'echo user' EXIT"],
    });
    expect(job.code, job.output).toBe(4);
    expect(job.stdout).toMatch(/^user$/m);
    expect(job.vault.calls()).toEqual(["POST auth/jwt/login", `GET ${path}`, "POST auth/token/revoke-self"]);
    const failed = await run(shell, { options: ["lease=job"] }, { [path]: errors(403) });
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
    const job = await run(shell, { before: ["cd /proc"], after: ['cat "$F" >"$CI_PROJECT_DIR/F"'] });
    expect(job.code, job.output).toBe(0);
  });

  it("a proxy of the job is not asked for a plain http address", async () => {
    const job = await run(shell, {
      env: { http_proxy: "http://127.0.0.1:1", ALL_PROXY: "http://127.0.0.1:1" },
    });
    expect(job.code, job.output).toBe(0);
  });

  it("an own .curlrc is not read", async () => {
    const home = tempDir("home");
    chmodSync(home, 0o755);
    symlinkSync("/nonexistent", join(home, ".curlrc"));
    const job = await run(shell, { before: ['printf \'output = "leak"\\nverbose\\n\' >"$HOME/.curlrc"'] });
    expect(job.code, job.output).toBe(0);
    expect(statSync(home).isDirectory()).toBe(true);
  });

  it("no folder for file secrets: says so before any request", async () => {
    const job = await run(shell, { before: ['rm "$PATH/mktemp"'] });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/no folder for file secrets/);
    expect(job.vault.seen).toEqual([]);
  });

  it("verify=off warns", async () => {
    const job = await run(shell, { options: ["verify=off"] });
    expect(job.stderr).toMatch(/warning: .* not verified/);
  });

  it("ca: a variable that is not of type File is told apart", async () => {
    const job = await run(shell, {
      options: ["ca=VAULT_CA"],
      env: { VAULT_CA: "-----BEGIN CERTIFICATE-----" },
    });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/VAULT_CA: the variable names no readable file: its type must be File/);
    expect((await run(shell, { options: ["ca=VAULT_CA"], env: { VAULT_CA: "/etc/passwd" } })).code).toBe(0);
  });
});

describe("the text", () => {
  it("passes ShellCheck as POSIX sh", async () => {
    const result = await exec("shellcheck", [
      "-s",
      "sh",
      "-o",
      "check-unassigned-uppercase,deprecate-which,avoid-nullary-conditions",
      readerFile,
    ]);
    expect(result.stdout).toBe("");
    expect(result.code).toBe(0);
  });

  it("has nothing that GitLab would interpolate", () => {
    expect(reader).not.toContain("$[[");
  });
});
