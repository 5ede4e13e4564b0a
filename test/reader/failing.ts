import { afterEach, expect } from "vitest";

import { canary, startFake, type FakeVault, type Reply } from "./fake.ts";
import { runJob, type Job, type JobRun } from "./job.ts";

/** Servers to stop after the test. */
export const started: FakeVault[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((vault) => vault.stop()));
});

export const path = "secret/data/a";
export const one = [`ci_vault_read kv2 ${path} DB_PASSWORD=password`];
const after = ["echo went on"];

/** Runs a job that must fail; whatever it says must hold no secret. */
export async function failing(
  routes: Readonly<Record<string, Reply | readonly Reply[]>>,
  job: Partial<Job> = {},
): Promise<JobRun & { readonly vault: FakeVault }> {
  const vault = await startFake(routes);
  started.push(vault);
  const run = await runJob(vault.addr, { reads: one, after, ...job });
  expect(run.code, run.output).toBe(1);
  expect(run.stdout).not.toMatch(/^went on/m);
  for (const secret of Object.values(canary)) expect(run.output).not.toContain(secret);
  return { ...run, vault };
}
