import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { isolatedPath } from "../support/paths.ts";
import { shells } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { canary, errors, kv2, startFake } from "./fake.ts";
import { awks, runJob, save } from "./job.ts";

const path = "secret/data/a";
const secrets = Object.values(canary);
const reads = [
  `ci_vault_read kv2 ${path} V=v F:file=v B:base64=b J:json`,
  `ci_vault_read post transit/decrypt/k '{"ciphertext":"vault:v1:x"}' P=plaintext`,
];
const routes = {
  [path]: kv2({ v: canary.value, b: Buffer.from(canary.value).toString("base64") }),
  "transit/decrypt/k": { body: JSON.stringify({ data: { plaintext: canary.value } }) },
};
// Any tail of a secret that was cut at its start would be a leak as well.
const leaks = (text: string): readonly string[] =>
  [...secrets, Buffer.from(canary.value).toString("base64")].filter((secret) =>
    text.includes(secret.slice(-12)),
  );

describe.each(shells())("nothing secret is shown in $name", (shell) => {
  it.each(["set -x", "set -v", "set -xv", "set -a", "PS4='+ $LINENO: '; set -x"])(
    "with %s",
    async (setting) => {
      const vault = await startFake(routes);
      // The job's own token stands in the environment: as in GitLab it is masked, so it is set unseen here.
      const run = await runJob(vault.addr, {
        shell,
        reads,
        before: [setting],
        after: ["{ set +xv; } 2>/dev/null", save("V")],
      });
      await vault.stop();
      expect(run.code, run.output).toBe(0);
      expect(String(run.file("V"))).toBe(canary.value);
      expect(leaks(run.output)).toEqual([]);
    },
  );

  it("with set -x, when reading fails in every way", async () => {
    const failures = [
      errors(403),
      errors(500),
      { body: `{"data":{"data":{"v":"${canary.value}` },
      { body: `{"data":{"data":{"v":"${canary.value}`, cut: true },
      { body: `curl: (7) ${canary.value}`, cut: true },
      { body: `<p>${canary.value}` },
    ];
    for (const reply of failures) {
      const vault = await startFake({ ...routes, [path]: reply });
      const run = await runJob(vault.addr, { shell, reads, trace: true });
      await vault.stop();
      expect(run.code, run.output).toBe(1);
      expect(leaks(run.output), run.output).toEqual([]);
    }
  });

  it("and the settings of the job are as before afterwards", async () => {
    const vault = await startFake(routes);
    const after = ["case $- in *x*) echo traced ;; esac; case $- in *a*) echo exporting ;; esac"];
    const traced = await runJob(vault.addr, { shell, reads, before: ["set -ax"], after });
    expect(traced.stdout).toMatch(/^traced\nexporting$/m);
    const quiet = await runJob(vault.addr, { shell, reads, after });
    expect(quiet.stdout).not.toMatch(/^(traced|exporting)/m);
    await vault.stop();
  });

  it("and only the wanted variables remain", async () => {
    const vault = await startFake(routes);
    const run = await runJob(vault.addr, {
      shell,
      reads,
      after: ["unset CI_JOB_JWT V B J P", "set >all\nenv >exported"],
    });
    await vault.stop();
    expect(run.code, run.output).toBe(0);
    expect(leaks(String(run.file("all")))).toEqual([]);
    expect(String(run.file("exported"))).not.toMatch(/_ci_vault/);
  });
});

describe("the environment of what the reader starts", () => {
  it.each(shells())("does not hold the token, even with set -a, in $name", async (shell) => {
    const vault = await startFake(routes);
    const dir = tempDir("environments");
    const spy = (tool: string): string =>
      `cat() { command cat "$@"; }\n${tool}() { env >>'${dir}/seen'; command ${tool} "$@"; }`;
    const before = ["set -a; export _ci_vault_token=preset _ci_vault_out=preset", spy("curl"), spy("awk")];
    const run = await runJob(vault.addr, { shell, reads, before });
    await vault.stop();
    expect(run.code, run.output).toBe(0);
    const seen = readFileSync(join(dir, "seen"), "utf8");
    expect(seen.match(/^CI_JOB_JWT=/gm)).toHaveLength(4);
    expect(seen).not.toMatch(/^_ci_vault_(token|jwt|found|out|leases)=/m);
    expect(leaks(seen.replaceAll(canary.jwt, ""))).toEqual([]);
  });
});

describe("the process list shows nothing secret", () => {
  it.each(awks)("neither the arguments of any call, with %s", async (awk) => {
    const vault = await startFake(routes);
    const tools = isolatedPath(["curl", `awk=${awk}`, "mktemp", "rm", "cat", "wc", "sleep"], {
      record: true,
    });
    const run = await runJob(vault.addr, { reads, path: tools.path, watch: true });
    await vault.stop();
    expect(run.code, run.output).toBe(0);
    const calls = tools.calls();
    expect(calls.length).toBeGreaterThan(3);
    expect(leaks(JSON.stringify([calls, run.seen]))).toEqual([]);
  });

  it("and few processes: two curl and two awk, whatever is read", async () => {
    const vault = await startFake(
      Object.fromEntries(
        [1, 2, 3, 4, 5].map((n) => [
          `kv/${n}`,
          { body: JSON.stringify({ data: { a: "1", b: "2", c: "3", d: "4" } }) },
        ]),
      ),
    );
    const tools = isolatedPath(["curl", "awk=mawk", "mktemp", "rm", "cat", "wc", "sleep"], { record: true });
    const many = [1, 2, 3, 4, 5].flatMap((n) =>
      ["a", "b", "c", "d"].map((f) => `ci_vault_read kv1 kv/${n} X${n}${f}=${f}`),
    );
    const run = await runJob(vault.addr, { reads: many, path: tools.path });
    await vault.stop();
    expect(run.code, run.output).toBe(0);
    expect(
      tools
        .calls()
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(["awk", "awk", "curl", "curl"]);
    expect(vault.calls()).toHaveLength(1 + 5 + 1);
    // The reads and the revocation share a connection.
    expect(new Set(vault.seen.slice(1).map(({ port }) => port)).size).toBe(1);
  });
});
