import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { READER } from "../../src/artifacts/gitlab/reader.ts";
import { isolatedPath } from "../support/paths.ts";
import { runScript, shells, type ScriptOptions, type ScriptRun, type Shell } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { missingTools, onPath } from "../support/tools.ts";
import { canary } from "./fake.ts";

export const reader = READER;
export const readerFile = join(tempDir("reader"), "reader.sh");
writeFileSync(readerFile, reader);

/** The awks of job images that this machine has, as entries of an isolated path. */
export const awks: readonly string[] = ["mawk", "gawk", "original-awk", "busybox"].filter(
  (awk) => missingTools(awk).length === 0,
);

/** For `_ci_vault_seconds`, where a test waits for the time-out of a request. */
export const shortened = "0.5";

/** How the reader sends requests; `socket` is what it does in an image with busybox alone. */
export type Client = "curl" | "wget" | "socket";
export const toolsOf: Readonly<Record<Client, readonly string[]>> = {
  curl: ["curl"],
  wget: ["wget"],
  socket: ["busybox", "openssl"],
};
/** The clients that this machine has the tools for. */
export const clients: readonly Client[] = (["curl", "wget", "socket"] as const).filter(
  (client) => missingTools(...toolsOf[client].map((tool) => tool.replace(/=.*/, ""))).length === 0,
);

/** One shell with each awk, then the other shells with the first: every pair that differs in kind. */
export function pairs(): readonly { readonly shell: Shell; readonly awk: string; readonly name: string }[] {
  return shells().flatMap((shell) => awks.map((awk) => ({ shell, awk, name: `${shell.name} with ${awk}` })));
}

export interface Job extends ScriptOptions {
  /** Lines between `ci_vault_begin` and `ci_vault_end`. */
  readonly reads: readonly string[];
  readonly options?: readonly string[];
  readonly role?: string;
  /** What ends the block; as in `after_script` it is `ci_vault_sweep`. */
  readonly end?: "ci_vault_end" | "ci_vault_sweep";
  /** Items before and after the reader. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly awk?: string;
  readonly client?: Client;
  readonly shell?: Shell;
  /** Instead of the isolated PATH with the tools of a small image. */
  readonly path?: string;
}

export interface JobRun extends ScriptRun {
  /** The content of a file that the job wrote with a relative name. */
  readonly file: (name: string) => Buffer;
  /** The arguments of each `sleep`, which takes no time here. */
  readonly slept: () => readonly number[];
}

/** The shell that jobs are run with where the shell does not matter. */
export const anyShell = shells()[0] as Shell;

/** Runs a job as GitLab would, with the reader in `before_script` and one block for `addr`. */
export async function runJob(addr: string, job: Job): Promise<JobRun> {
  const cwd = tempDir("checkout");
  const naps = join(tempDir("naps"), "naps");
  writeFileSync(naps, "");
  const path = job.path ?? smallImage(job.awk ?? "mawk", naps, toolsOf[job.client ?? "curl"]);
  const script = [
    ...(job.before ?? []),
    reader,
    [
      `ci_vault_begin '${addr}' jwt ${job.role ?? "the-role"} ${(job.options ?? []).join(" ")}`,
      ...job.reads,
      job.end ?? "ci_vault_end",
    ].join("\n"),
    ...(job.after ?? []),
  ];
  const env = { CI_JOB_JWT: canary.jwt, CI_PROJECT_DIR: cwd, TMPDIR: tempDir("tmp"), PATH: path, ...job.env };
  const run = await runScript(job.shell ?? anyShell, script, { ...job, cwd, env });
  return {
    ...run,
    file: (name) => readFileSync(join(cwd, name)),
    slept: () => readFileSync(naps, "utf8").split("\n").filter(Boolean).map(Number),
  };
}

/** A PATH with what the reader needs and what the tests' jobs use, and a sleep that only writes itself down. */
function smallImage(awk: string, naps: string, more: readonly string[]): string {
  const { path } = isolatedPath([
    `awk=${awk}`,
    "mktemp",
    "rm",
    "cat",
    "wc",
    "ls",
    "env",
    "mkdir",
    "touch",
    "grep",
    ...more,
  ]);
  const sleep = join(path, "sleep");
  // Not the one that bounds a request.
  const bound = `case $1 in 60 | ${shortened}) exec '${onPath("sleep")}' "$1" ;; esac`;
  writeFileSync(sleep, `#!/bin/sh\n${bound}\necho "$1" >>'${naps}'\n`);
  chmodSync(sleep, 0o755);
  return path;
}

/** Lines of a job that write variables byte-exactly into files of their names. */
export function save(...names: readonly string[]): string {
  return names.map((name) => `printf '%s' "$${name}" >${name}`).join("\n");
}
