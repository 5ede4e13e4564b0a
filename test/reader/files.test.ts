import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

import { shells } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { kv2 } from "./fake.ts";
import { path, run } from "./vault-job.ts";

describe.each(shells())("file secrets in $name", (shell) => {
  it("are outside the checkout, and are removed at the end, also of a job that fails", async () => {
    for (const end of ["true", "false", "exit 3", "/bin/sh -c 'kill $PPID'; sleep 1"]) {
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
