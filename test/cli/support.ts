import { readFileSync } from "node:fs";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost, type MemoryHost } from "../../src/host/memory.ts";
import { example } from "../e2e/generate.ts";

/** A repository in memory with the first example's manifest at its root. */
export const REPOSITORY: Readonly<Record<string, string>> = {
  "/repo/.git/HEAD": "ref: refs/heads/main\n",
  "/repo/manifest.yml": example("myproject"),
};

const ASSETS = { "schema.json": '{"title":"the schema"}\n' };

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly host: MemoryHost;
}

/** One command line on a machine in memory: one that another run left behind, or a new one. */
export async function command(
  words: readonly string[],
  options: {
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
    readonly cwd?: string;
    /** What differs from the machine in memory, for example a disk that is full. */
    readonly machine?: Partial<MemoryHost>;
  } = {},
): Promise<CommandRun> {
  const { files = REPOSITORY, cwd = "/repo", machine = {} } = options;
  const host = { ...createMemoryHost(files, { cwd, assets: ASSETS }), ...machine };
  const code = await run(words, host);
  return { code, stdout: host.stdout(), stderr: host.stderr(), host };
}

/** All files of a machine, as text. */
export function filesOf({ host }: CommandRun): Record<string, string> {
  return Object.fromEntries(
    [...host.files].map(([path, content]) => [path, Buffer.from(content).toString()]),
  );
}

export const version = "0.0.0-source";
export const packageVersion = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
