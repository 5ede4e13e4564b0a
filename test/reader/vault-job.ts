import type { Shell } from "../support/shells.ts";
import { kv2, startFake, type FakeVault, type Reply } from "./fake.ts";
import { runJob, type Job, type JobRun } from "./job.ts";

export const path = "secret/data/a";
export const good = kv2({ v: "a b\n", w: "*", "some-key.x": "k", n: null });
export const reads = [`ci_vault_read kv2 ${path} V=v W=w F:file=v`];

/** Runs a job with a fake server of its own; unless it says otherwise it reads `reads` from `good`. */
export async function run(
  shell: Shell,
  job: Partial<Job>,
  routes: Readonly<Record<string, Reply | readonly Reply[]>> = {},
): Promise<JobRun & { readonly vault: FakeVault }> {
  const vault = await startFake({ [path]: good, ...routes });
  const result = await runJob(vault.addr, { shell, reads, ...job });
  await vault.stop();
  return { ...result, vault };
}
