import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { exec, minimalEnvironment, type Finished } from "../exec.ts";
import { tempDir } from "../temp.ts";
import { missingTools } from "../tools.ts";
import type { Variables } from "./predefined.ts";

/** A job as gitlab-ci-local lists it. */
export interface ListedJob {
  readonly name: string;
  readonly stage: string;
  readonly when: string;
  readonly allow_failure: boolean | { readonly exit_codes: unknown };
  readonly rules?: readonly unknown[];
}

export interface JobRun extends Finished {
  /** What the job's own commands printed, without the runner's prefixes and echoed commands. */
  readonly printed: string;
}

const program = fileURLToPath(new URL("../../../node_modules/.bin/gitlab-ci-local", import.meta.url));

/**
 * The jobs that a pipeline with these variables has, in the order of the file: `predefinedVariables(context)`
 * makes the variables. Rejects with the program's own words when it refuses the configuration.
 *
 * Unlike GitLab, it lists jobs without `rules` in merge request pipelines too.
 */
export async function listJobs(dir: string, variables: Variables): Promise<readonly ListedJob[]> {
  const result = await run(dir, ["--list-json"], variables);
  // Warnings may come before the list, also on stdout.
  const start = result.stdout.search(/^\[/m);
  if (result.code !== 0 || start < 0) throw new Error(`gitlab-ci-local --list-json: ${result.output}`);
  const all = JSON.parse(result.stdout.slice(start)) as readonly ListedJob[];
  return all.filter((job) => job.when !== "never");
}

/**
 * Runs one job by its name in bash on this machine, also where it names an image or its rules exclude it.
 * `code` is 0 or 1, not the script's own. Tokens are not minted: pass them as variables. Needs bash, rsync.
 *
 * Values here win over every `variables:` of the file, as a pipeline's variables do in GitLab. Values arrive
 * in the job as written, `$` included.
 */
export async function runJob(dir: string, job: string, variables: Variables): Promise<JobRun> {
  const missing = missingTools("bash", "rsync");
  if (missing.length > 0) throw new Error(`gitlab-ci-local needs ${missing.join(", ")} to run a job`);
  const result = await run(dir, [job, "--force-shell-executor"], escaped(variables));
  return { ...result, printed: printedBy(job, result.output) };
}

async function run(dir: string, args: readonly string[], variables: Variables): Promise<Finished> {
  const unset = Object.keys(variables).filter((name) => variables[name] === null);
  const set = Object.keys(variables).filter((name) => variables[name] !== null);
  const quiet = set.length === 0 ? [] : [`--ignore-predefined-vars=${set.join(",")}`];
  const flags = ["--no-color", ...quiet, ...unset.map((name) => `--unset-variable=${name}`)];
  const env = minimalEnvironment({ HOME: home(variables), NO_COLOR: "1", FORCE_COLOR: "0" });
  return exec(process.execPath, [program, ...args, ...flags], { cwd: dir, env, timeoutMs: 120_000 });
}

/**
 * Variables go through the file in the HOME that gitlab-ci-local reads, not through `--variable`: there a
 * token would stand in the process list, which tests search for secrets.
 */
function home(variables: Variables): string {
  const dir = tempDir("home");
  const global = Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== null)
      // The long form, since the short one takes a value that begins with `/` or `~` for a file's path.
      .map(([name, value]) => [name, entry(value as string | { readonly file: string })]),
  );
  mkdirSync(join(dir, ".gitlab-ci-local"));
  // JSON is YAML.
  writeFileSync(join(dir, ".gitlab-ci-local", "variables.yml"), JSON.stringify({ global }), { mode: 0o600 });
  return dir;
}

function entry(value: string | { readonly file: string }): unknown {
  return typeof value === "string"
    ? { type: "variable", values: { "*": value } }
    : { type: "file", values: { "*": value.file } };
}

/** The program expands `$NAME` in values and turns `$$` into `$`, but only when a job runs. */
function escaped(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replaceAll("$", "$$$$") : value,
    ]),
  );
}

/** The runner writes `<job> > text` for output, `<job> $ text` for commands, padded to align. */
function printedBy(job: string, output: string): string {
  const prefix = `${job} `;
  return output
    .split("\n")
    .filter((line) => line.startsWith(prefix) && /^\s*> /.test(line.slice(prefix.length)))
    .map((line) => line.slice(prefix.length).replace(/^\s*> /, ""))
    .join("\n");
}
