import { fileURLToPath } from "node:url";

import { exec, minimalEnvironment } from "./exec.ts";

export interface TerminalRun {
  readonly code: number | null;
  /** Everything that a person would have seen, with the terminal's own control sequences taken out. */
  readonly shown: string;
  /** The text that a step waited for in vain. */
  readonly missed: string | null;
}

const program = fileURLToPath(new URL("terminal.py", import.meta.url));

/** Runs a command on a pseudo-terminal. Each step waits for a text to appear and then types. Needs python3. */
export async function onTerminal(
  command: readonly string[],
  steps: readonly (readonly [expected: string, keys: string])[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly seconds?: number;
  },
): Promise<TerminalRun> {
  const env = minimalEnvironment({ TERM: "xterm", NO_COLOR: "1", ...options.env });
  const seconds = options.seconds ?? 30;
  const job = JSON.stringify({ command, cwd: options.cwd, env, steps, seconds });
  const run = await exec("python3", [program, job], { timeoutMs: (seconds + 10) * 1000 });
  if (run.code !== 0) throw new Error(`terminal.py: ${run.output}`);
  const result = JSON.parse(run.stdout) as TerminalRun;
  return { ...result, shown: result.shown.replace(/\u001b\[[0-9;?]*[A-Za-z]|\r/g, "") };
}

export const KEYS = {
  enter: "\r",
  escape: "\u001b",
  interrupt: "\u0003",
  down: "\u001b[B",
  tab: "\t",
} as const;
