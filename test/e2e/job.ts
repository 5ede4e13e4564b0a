import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "vitest";

import type { Finished } from "../support/exec.ts";
import { runJob } from "../support/gitlab/local.ts";
import type { Variables } from "../support/gitlab/predefined.ts";
import { isolatedPath } from "../support/paths.ts";
import { runScript, type ScriptOptions, type Shell } from "../support/shells.ts";
import { tempDir } from "../support/temp.ts";
import { missingTools, mustHaveTools } from "../support/tools.ts";
import { resolvePipeline } from "./pipeline.ts";

export interface ProvenRun extends Finished {
  /** The bytes that the job's script found in a variable, or in the file that a variable names. */
  readonly got: (name: string) => string | undefined;
  /** Arguments of every program that the job started; command lines seen on the machine meanwhile. */
  readonly argv: readonly string[];
}

/**
 * A user's script that proves what it got without showing it: it writes values where the test looks. A variable
 * that names a file proves with `file`, whose mode and content it keeps.
 */
export function proof(variables: readonly string[], files: readonly string[] = []): string {
  const save = (name: string) => `[ -z "\${${name}+set}" ] || printf %s "$${name}" >"$PROOF/${name}"`;
  const copy = (name: string) =>
    `cat "$${name}" >"$PROOF/${name}"; ls -l "$${name}" | cut -c 1-10 >"$PROOF/${name}.mode"; printf %s "$${name}" >"$PROOF/${name}.path"`;
  return ["#!/bin/sh", "set -eu", ...variables.map(save), ...files.map(copy), ""].join("\n");
}

/** The smallest image that the reader promises to work in, and what the proof itself needs. */
const awk = missingTools("mawk").length > 0 ? "awk" : "awk=mawk";
const IMAGE = ["curl", awk, "cat", "cut", "ls", "mktemp", "mv", "rm", "sleep", "wc"];

/** Runs a generated job's `before_script` and `script` in one shell, as the runner would. */
export async function runGenerated(
  dir: string,
  name: string,
  shell: Shell,
  variables: Readonly<Record<string, string>>,
  options: ScriptOptions = {},
): Promise<ProvenRun> {
  const job = resolvePipeline(dir).get(name);
  if (job === undefined) throw new Error(`no job ${name}`);
  const folder = tempDir("proof");
  const tools = isolatedPath(IMAGE, { record: true });
  const env = { PATH: tools.path, CI_PROJECT_DIR: dir, TMPDIR: tempDir("tmp"), PROOF: folder, ...variables };
  const run = await runScript(shell, job.script, { cwd: dir, watch: true, ...options, env });
  return { ...run, got: reader(folder), argv: [...run.seen, ...tools.calls().flat()] };
}

/** gitlab-ci-local runs jobs with these. In a pipeline nothing may be skipped: there they fail, and say what is missing. */
export const cannotRunLocally = missingTools("bash", "rsync").length > 0 && !mustHaveTools();

/** Runs a generated job by gitlab-ci-local: its composition of the files, its shell, its rules' variables. */
export async function runLocally(dir: string, name: string, variables: Variables): Promise<ProvenRun> {
  const folder = tempDir("proof");
  const run = await runJob(dir, name, { PROOF: folder, TMPDIR: tempDir("tmp"), ...variables });
  return { ...run, got: reader(folder), argv: [] };
}

function reader(folder: string): ProvenRun["got"] {
  return (name) => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
}

/** A token of Vault or OpenBao. */
const TOKEN = /(?<![A-Za-z0-9_])(?:hvs|hvb|s|b)\.[A-Za-z0-9_-]{20,}/;

/** Neither in the job's log nor in any command line: the values, the JWT, a token of the server. */
export function expectSilent(run: ProvenRun, secrets: readonly string[]): void {
  for (const [place, text] of [
    ["log", run.output] as const,
    ...run.argv.map((arg) => ["argv", arg] as const),
  ]) {
    for (const secret of secrets) {
      // Not `toContain`, which would print the text, and with it the secret.
      expect(text.includes(secret), `a secret in the ${place}`).toBe(false);
    }
    expect(TOKEN.test(text), `a token in the ${place}`).toBe(false);
  }
}
