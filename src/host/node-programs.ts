import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostError } from "./index.ts";
import type { Running } from "./machine.ts";

/** A program in the background, in an empty folder of its own that is also its HOME. */
export async function startProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "ci-vault-gen-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...environment, HOME: folder, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const failed = once(child, "error");
  if (child.pid === undefined) {
    removeFolder();
    const [error] = (await failed) as [NodeJS.ErrnoException];
    throw new HostError("start", program, error.code ?? error.message);
  }
  failed.catch(() => {});
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => void chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => void chunks.push(chunk));
  const dog = watch(child, folder);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  // Nothing in it is worth a graceful end, and a process that exits cannot wait.
  const kill = () => void child.kill("SIGKILL");
  const atExit = () => {
    kill();
    removeFolder();
  };
  process.once("exit", atExit);
  return {
    ended: hasEnded,
    output: () => Buffer.concat(chunks).toString("utf8"),
    stop: async () => {
      process.removeListener("exit", atExit);
      const gone = hasEnded() ? undefined : once(child, "exit");
      kill();
      await gone;
      dog.kill("SIGKILL");
      removeFolder();
    },
  };
}

/**
 * A shell that waits for the end of its stdin, which the system closes however this process dies: after a SIGKILL no
 * handler of ours runs. In a group of its own, so that a Ctrl-C at the terminal does not reach it.
 */
function watch(child: ChildProcess, folder: string): ChildProcess {
  const script = 'trap "" HUP INT TERM; read -r _ || :; kill -9 "$1" 2>/dev/null; rm -rf -- "$2"';
  const dog = spawn("/bin/sh", ["-c", script, "sh", String(child.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // A system without a shell has to do without it.
  dog.on("error", () => {});
  // Once the program is gone its number may be given to another: the dog must go first.
  child.once("exit", () => dog.kill("SIGKILL"));
  dog.unref();
  return dog;
}
