import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { run } from "../../src/cli/index.ts";
import type { Machine } from "../../src/host/index.ts";
import { createNodeHost } from "../../src/host/node.ts";
import { createMachine } from "../../src/host/node-machine.ts";
import { packageRoot } from "../e2e/generate.ts";
import { findServer } from "../support/openbao/binary.ts";
import { tempDir } from "../support/temp.ts";

const found = await findServer();

/** A PATH with the server's program, and what git needs. */
export function pathWithServer(): string {
  const bin = tempDir("bin");
  if (found.found) symlinkSync(found.path, join(bin, "bao"));
  return `${bin}:${process.env["PATH"] ?? ""}`;
}

/** A folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const dir = tempDir("prove");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command line in a folder, on the real machine; `change` replaces parts of the machine. */
export async function commandIn(
  cwd: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  change: (machine: Machine) => Partial<Machine> = () => ({}),
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const environment = { PATH: pathWithServer(), ...env };
  const host = {
    ...createNodeHost(packageRoot),
    cwd,
    env: environment,
    isTerminal: { out: false, err: false, in: false },
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    machine: async () => {
      const machine = createMachine(environment);
      return { ...machine, ...change(machine) };
    },
  };
  const code = await run(words, host);
  return { code, out: out.join(""), err: err.join("") };
}
