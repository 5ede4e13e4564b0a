import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { exec, minimalEnvironment, type Finished } from "./exec.ts";
import { watchProcesses } from "./processes.ts";
import { tempDir } from "./temp.ts";
import { onPath } from "./tools.ts";

export interface Shell {
  readonly name: "dash" | "bash" | "bash --posix" | "busybox ash";
  /** Absolute path and arguments, before the script's file: an isolated PATH does not hide the shell itself. */
  readonly command: readonly [string, ...string[]];
  readonly pipefail: boolean;
}

export interface ScriptOptions {
  readonly cwd?: string;
  /** Added to PATH, HOME (an empty folder) and the locale; nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** `set -o xtrace`, as `CI_DEBUG_TRACE=true` makes the runner do. */
  readonly trace?: boolean;
  /** Look at the process list all the time: `seen` of the result. */
  readonly watch?: boolean;
  readonly timeoutMs?: number;
}

export interface ScriptRun extends Finished {
  /** Every distinct command line on the machine during the run, arguments joined by spaces, when `watch`. */
  readonly seen: readonly string[];
}

const candidates: readonly (readonly [Shell["name"], string, readonly string[]])[] = [
  ["dash", "dash", []],
  ["bash", "bash", []],
  ["bash --posix", "bash", ["--posix"]],
  ["busybox ash", "busybox", ["ash"]],
];

/** The shells of this machine, of those that job images have. */
export function shells(): readonly Shell[] {
  return candidates.flatMap(([name, program, args]) => {
    const path = onPath(program);
    if (path === undefined) return [];
    // dash learned pipefail only lately, and busybox can be built without: ask.
    const probe = spawnSync(path, [...args, "-c", "set -o pipefail"], { stdio: "ignore" });
    return [{ name, command: [path, ...args] as const, pipefail: probe.status === 0 }];
  });
}

/**
 * Runs a job's script as GitLab's runner does: the lines of `before_script` and `script` in one shell, each
 * echoed first, inside `: | (eval ...)`, with errexit, pipefail where there is one, and stdin at its end.
 * (`shells/bash.go` of the runner, with its POSIX escaping, which every shell reads, and its newer eval in a
 * subshell: the older form makes of every failure in bash a plain 1.)
 *
 * A string is one item of `script:`; a list is several.
 */
export async function runScript(
  shell: Shell,
  script: string | readonly string[],
  options: ScriptOptions = {},
): Promise<ScriptRun> {
  const dir = tempDir("script");
  const file = join(dir, "script");
  // In a file and not in `-c`: the text would be in the process list.
  writeFileSync(file, wrapped(shell, typeof script === "string" ? [script] : script, options.trace ?? false));
  const [program, ...args] = shell.command;
  const env = minimalEnvironment({ HOME: dir, ...options.env });
  const watcher = options.watch === true ? watchProcesses() : undefined;
  try {
    const { timeoutMs = 30_000, cwd = dir } = options;
    const result = await exec(program, [...args, file], { cwd, env, timeoutMs });
    return { ...result, seen: watcher?.stop() ?? [] };
  } finally {
    watcher?.stop();
  }
}

function wrapped(shell: Shell, items: readonly string[], trace: boolean): string {
  const body = ["exec 0</dev/null", ...items.flatMap((item) => [`echo ${quoted(echoed(item))}`, item])];
  return [
    "trap 'exit 1' TERM",
    ...(trace ? ["set -o xtrace"] : []),
    ...(shell.pipefail ? ["set -o pipefail"] : []),
    "set -o errexit",
    "set +o noclobber",
    `: | (eval ${quoted(body.join("\n") + "\n")})`,
    "exit 0",
    "",
  ].join("\n");
}

/** The job log shows the first line of every item: what a script says about itself is public. */
function echoed(item: string): string {
  const [first = "", ...rest] = item.split("\n");
  return rest.length === 0 ? `$ ${first}` : `$ ${first} # collapsed multi-line command`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
