import { spawn } from "node:child_process";

/** How one command ended. `output` is stdout and stderr in the order in which they arrived. */
export interface Finished {
  /** Exit status, or null when a signal ended it (a timeout ends it with SIGKILL). */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
}

export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment; nothing is inherited, so that a developer's own settings cannot change a test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/**
 * Runs a command with stdin closed and waits for it. Never rejects for a non-zero exit; rejects when the
 * command cannot be started. After `timeoutMs` (60 s) it and its children are killed and `code` is null.
 */
export function exec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...(options.env ?? minimalEnvironment()) },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a timeout reaches the children of a shell as well.
      detached: true,
    });
    const all: Buffer[] = [];
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => void (all.push(chunk), out.push(chunk)));
    child.stderr.on("data", (chunk: Buffer) => void (all.push(chunk), err.push(chunk)));
    const timer = setTimeout(() => killGroup(child.pid), options.timeoutMs ?? 60_000);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
      resolve({ code, signal, stdout: text(out), stderr: text(err), output: text(all) });
    });
  });
}

/** PATH, HOME and a fixed locale: what a command needs to start, and nothing that changes what it does. */
export function minimalEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", LC_ALL: "C.UTF-8", ...extra };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone: that is what we wanted.
  }
}
