import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";

import { describeWithServer } from "../support/openbao/describe.ts";
import { shells } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { furnish, type Real } from "./real.ts";

const reads = [
  `ci_vault_read post pki/issue/web '{"common_name":"a.example.com"}' CERT=certificate KEY:file=private_key`,
  `ci_vault_read post ssh/creds/otp '{"ip":"127.0.0.1"}' OTP=key`,
];
const options = ["lease=job"];

describeWithServer("leased credentials", (server) => {
  let real: Real;
  beforeAll(async () => {
    real = await furnish(server());
  });
  afterAll(() => real.issuer.stop());

  async function keys(path: string): Promise<readonly string[]> {
    return (await server().api("LIST", path)).json?.data?.keys ?? [];
  }
  const tokens = () => keys("auth/token/accessors");
  const leases = async () => [
    ...(await keys("sys/leases/lookup/pki/issue/web")),
    ...(await keys("sys/leases/lookup/ssh/creds/otp")),
  ];

  /** A job's script and then its `after_script`, as GitLab's runner starts it: in another shell. */
  async function job(
    shell: (typeof cases)[number]["shell"],
    script: readonly string[],
    left: 0 | 2,
    before: readonly string[] = [],
  ) {
    const shared = { shell, options, env: { TMPDIR: tempDir("tmp"), CI_JOB_ID: "4711" } };
    const held = ['[ -n "$CERT" ] && [ -s "$KEY" ] && [ -n "$OTP" ] && echo held'];
    const first = await real.run({ ...shared, reads, before, after: [...held, ...script] });
    expect(first.stdout, first.output).toMatch(/^held$/m);
    // The server revokes the leases of a revoked token in the background, so it may take a moment.
    await expect.poll(async () => (await leases()).length).toBe(left);
    const between = {
      folders: readdirSync(shared.env.TMPDIR),
      tokens: await tokens(),
    };
    const second = await real.run({ ...shared, reads: [], end: "ci_vault_sweep" });
    expect(second.code, second.output).toBe(0);
    await expect.poll(leases).toEqual([]);
    expect(readdirSync(shared.env.TMPDIR)).toEqual([]);
    return { first, between, second };
  }

  const kill = (signal: string) => `/bin/sh -c 'kill -${signal} $PPID'; sleep 1`;
  const cases = shells().flatMap((shell) => [
    { shell, name: `${shell.name}: the script ends`, script: ["true"], code: 0 },
    { shell, name: `${shell.name}: the script fails`, script: ["(exit 7)"], code: 7 },
    { shell, name: `${shell.name}: the script exits`, script: ["exit 3"], code: 3 },
    { shell, name: `${shell.name}: SIGTERM`, script: [kill("TERM")], code: undefined },
    {
      shell,
      name: `${shell.name}: an EXIT trap from before`,
      before: ["trap 'echo bye' EXIT"],
      script: ["exit 4"],
      code: 4,
    },
    {
      shell,
      name: `${shell.name}: an EXIT trap from afterwards, with ci_vault_finish in it`,
      script: ["trap 'ci_vault_finish; echo bye' EXIT", "exit 5"],
      code: 5,
    },
  ]);
  it.each(cases)("end with the shell's EXIT trap: $name", async ({ shell, before, script, code }) => {
    const earlier = await tokens();
    const { first, between, second } = await job(shell, script, 0, before);
    if (code !== undefined) expect(first.code, first.output).toBe(code);
    if ([...(before ?? []), ...script].some((line) => line.includes("bye")))
      expect(first.stdout).toMatch(/^bye$/m);
    expect(between).toEqual({ folders: [], tokens: earlier });
    // Nothing was left to do, so after_script asked nothing and said nothing.
    expect(second.stderr).toBe("");
  });

  const lost = shells().flatMap((shell) => [
    { shell, name: `${shell.name}: SIGKILL`, script: [kill("KILL")] },
    { shell, name: `${shell.name}: exec`, script: ["exec env true"] },
    { shell, name: `${shell.name}: an EXIT trap that replaced ours`, script: ["trap 'echo bye' EXIT"] },
  ]);
  it.each(lost)("end with after_script where that trap cannot run: $name", async ({ shell, script }) => {
    const earlier = await tokens();
    const { between, second } = await job(shell, script, 2);
    expect(between.folders).toHaveLength(1);
    expect(second.stderr).toBe("vault: revoked 2 leases of role the-role that its script left\n");
    // The lost token was only in the memory of the shell that is gone; it ends with its TTL, having nothing.
    const root = await tokens();
    expect(root.length).toBe(earlier.length + 1);
  });

  it("and what is on disk meanwhile is no credential", async () => {
    const after = [
      'cat "${KEY%/*}/.leases"; ls -la "${KEY%/*}"',
      'grep -r "hvs\\.\\|s\\.[A-Za-z0-9]" "${KEY%/*}" || echo none',
    ];
    const { first } = await job(shells()[0]!, after, 0);
    const lines = first.stdout.split("\n").filter((line) => line.startsWith(server().addr));
    expect(lines.map((line) => line.replace(/[^/ ]+$/, "ID"))).toEqual([
      `${server().addr} jwt the-role pki/issue/web/ID`,
      `${server().addr} jwt the-role ssh/creds/otp/ID`,
    ]);
    expect(first.stdout).toMatch(/^-rw------- .* \.leases$/m);
    expect(first.stdout).toMatch(/^none$/m);
  });

  it("after_script sweeps neither what another job nor what another user left", async () => {
    const tmp = tempDir("tmp");
    const env = { TMPDIR: tmp, CI_JOB_ID: "12" };
    const line = `${server().addr} jwt the-role pki/issue/web/x`;
    const plant = (folder: string) => `mkdir -p ${folder}; echo '${line}' >${folder}/.leases`;
    const before = [
      plant("$TMPDIR/ci-vault.123.x"),
      plant("$TMPDIR/elsewhere"),
      "ln -s elsewhere $TMPDIR/ci-vault.12.x",
    ];
    const run = await real.run({
      env,
      options,
      reads: [],
      end: "ci_vault_sweep",
      before,
      path: "/usr/bin:/bin",
    });
    expect(run.code, run.output).toBe(0);
    expect(run.stderr).toBe("");
    expect(readdirSync(tmp).toSorted()).toEqual(["ci-vault.12.x", "ci-vault.123.x", "elsewhere"]);
  });

  it("after_script sweeps role by role", async () => {
    const shared = { env: { TMPDIR: tempDir("tmp"), CI_JOB_ID: "13" }, options };
    const second = [
      `ci_vault_begin ${server().addr} jwt the-other lease=job`,
      reads[1]!,
      "ci_vault_end",
    ].join("\n");
    await real.run({ ...shared, reads: [reads[0]!], after: [second, "exec env true"] });
    expect(await leases()).toHaveLength(2);
    const last = [`ci_vault_begin ${server().addr} jwt the-other lease=job`, "ci_vault_sweep"].join("\n");
    const run = await real.run({ ...shared, reads: [], end: "ci_vault_sweep", after: [last] });
    expect(run.stderr).toMatch(
      /^vault: revoked 1 leases of role the-role .*\nvault: revoked 1 leases of role the-other /,
    );
    expect(await leases()).toEqual([]);
    expect(readdirSync(shared.env.TMPDIR)).toEqual([]);
  });
});
