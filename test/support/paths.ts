import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { tempDir } from "./temp.ts";
import { onPath } from "./tools.ts";

export interface IsolatedPath {
  /** The folder: the whole value of PATH for a script that may use nothing else. */
  readonly path: string;
  /** With `record`: one entry per call so far, the tool's name and then its arguments. */
  readonly calls: () => readonly (readonly string[])[];
}

/**
 * Makes a folder that holds only the named tools, so that a script runs as in an image which has no others.
 *
 * A tool is `name`, or `name=command` to give it another implementation: `awk=mawk`, `wget=busybox` (busybox
 * acts as the name it is called by). With `record`, each tool writes its arguments down before it runs:
 * nothing that ever stood in the process list can be missed.
 *
 * Throws when a command is not on this machine's PATH: ask `missingTools` first.
 */
export function isolatedPath(
  tools: readonly string[],
  options: { readonly record?: boolean } = {},
): IsolatedPath {
  const path = tempDir("path");
  const log = join(tempDir("calls"), "log");
  for (const tool of tools) {
    const [name = tool, command = name] = tool.split("=");
    const target = onPath(command);
    if (target === undefined) throw new Error(`${command} is not on the PATH`);
    const link = join(path, name);
    if (options.record === true) {
      writeFileSync(link, recorder(name, target, log));
      chmodSync(link, 0o755);
    } else {
      symlinkSync(target, link);
    }
  }
  return { path, calls: () => calls(log) };
}

// Arguments may hold any byte but NUL, so NUL ends each; the count tells where a call ends. One printf is one
// write to a file opened for appending: calls at the same time do not mix.
function recorder(name: string, target: string, log: string): string {
  const run = basename(target) === "busybox" ? `'${target}' ${name}` : `'${target}'`;
  return `#!/bin/sh
printf '%s\\0' "$#" ${name} "$@" >>'${log}'
exec ${run} "$@"
`;
}

function calls(log: string): readonly (readonly string[])[] {
  if (!existsSync(log)) return [];
  const fields = readFileSync(log, "utf8").split("\0");
  const found: (readonly string[])[] = [];
  for (let at = 0; at < fields.length - 1;) {
    const next = at + 2 + Number(fields[at]);
    found.push(fields.slice(at + 1, next));
    at = next;
  }
  return found;
}
