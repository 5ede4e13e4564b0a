import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { HostError, type Host, type PathKind } from "./index.ts";

/**
 * The real machine. Synchronous: hundreds of small files are written fastest that way. `packageRoot` is the folder (a
 * `file:` URL) of the tool itself.
 */
export function createNodeHost(packageRoot: URL): Host {
  const madeFolders = new Set<string>();
  return {
    cwd: process.cwd(),
    env: process.env,
    isTerminal: {
      get out() {
        return process.stdout.isTTY === true;
      },
      get err() {
        return process.stderr.isTTY === true;
      },
      get in() {
        return process.stdin.isTTY === true;
      },
    },
    out: (text) => writeAll(1, text),
    err: (text) => writeAll(2, text),
    readFile: (path) => absentOr("read", path, () => readFileSync(path)),
    asset: (path) => absentOr("read", path, () => readFileSync(new URL(path, packageRoot))),
    readStdin: () => readFileSync(0),
    prompts: async () => {
      const { openPrompts } = await import("./prompts.ts");
      // stdout carries only the product.
      return openPrompts(process.stdin, process.stderr);
    },
    machine: async () => {
      const { createMachine } = await import("./node-machine.ts");
      return createMachine(process.env);
    },
    kind,
    isExecutable: (path) => ((absentOr("look at", path, () => lstatSync(path))?.mode ?? 0) & 0o100) !== 0,
    list: (path) => (absentOr("list", path, () => readdirSync(path)) ?? []).toSorted(),
    realPath: (path) => absentOr("resolve", path, () => realpathSync(path)),
    writeFile: (path, text, options) => {
      const folder = dirname(path);
      attempt("write", path, () => {
        if (!madeFolders.has(folder)) mkdirSync(folder, { recursive: true });
        madeFolders.add(folder);
        // In the same folder, so that the rename stays on one file system. Random: two runs may overlap.
        const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
        try {
          const mode = options?.executable ? 0o755 : 0o644;
          writeFileSync(temporary, text, { flag: "wx", mode });
          renameSync(temporary, path);
          if (options?.executable) chmodSync(path, 0o755);
        } catch (error) {
          rmSync(temporary, { force: true });
          throw error;
        }
      });
    },
    removeFile: (path) => attempt("remove", path, () => rmSync(path, { force: true })),
    removeEmptyFolder: (path) => {
      try {
        rmdirSync(path);
        madeFolders.delete(path);
      } catch {
        // Not empty, or gone already: either way there is nothing to tidy.
      }
    },
    hash: (text) => createHash("sha256").update(text).digest("hex"),
  };
}

function kind(path: string): PathKind {
  const stat = absentOr("look at", path, () => lstatSync(path));
  if (stat === undefined) return "absent";
  if (stat.isSymbolicLink()) return "link";
  if (stat.isFile()) return "file";
  return stat.isDirectory() ? "folder" : "other";
}

/** A pipe may take less than all at once, and a reader such as `head` may be gone: neither is our failure. */
function writeAll(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}

function absentOr<T>(action: string, path: string, step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw asHostError(action, path, error);
  }
}

function attempt(action: string, path: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    throw asHostError(action, path, error);
  }
}

function asHostError(action: string, path: string, error: unknown): HostError {
  return new HostError(action, path, (error as NodeJS.ErrnoException).code ?? String(error));
}
