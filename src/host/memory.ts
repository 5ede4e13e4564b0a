import { createHash } from "node:crypto";
import { HostError, type Host, type Machine } from "./index.ts";

/** A machine in memory, for tests and for whoever embeds the generator. `files` maps absolute paths to text. */
export interface MemoryHost extends Host {
  readonly files: Map<string, string | Uint8Array>;
  readonly written: string[];
  readonly stdout: () => string;
  readonly stderr: () => string;
}

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly assets?: Readonly<Record<string, string>>;
  /** What a person at a terminal answers, in turn; without it there is no terminal. */
  readonly answers?: readonly string[];
  /** Where a test wants programs or a network, it brings the machine that has them. */
  readonly machine?: Machine;
}

export function createMemoryHost(
  start: Readonly<Record<string, string | Uint8Array>> = {},
  options: Options = {},
): MemoryHost {
  const files = new Map<string, string | Uint8Array>(Object.entries(start));
  const written: string[] = [];
  const out: string[] = [];
  const err: string[] = [];
  const answers = [...(options.answers ?? [])];
  const isTerminal = options.answers !== undefined;
  const isFolder = (path: string) => [...files.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    files,
    written,
    stdout: () => out.join(""),
    stderr: () => err.join(""),
    cwd: options.cwd ?? "/repo",
    env: options.env ?? {},
    isTerminal: { out: isTerminal, err: isTerminal, in: isTerminal },
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    readFile: (path) => {
      const content = files.get(path);
      return typeof content === "string" ? Buffer.from(content) : content;
    },
    asset: (path) => {
      const content = options.assets?.[path];
      return content === undefined ? undefined : Buffer.from(content);
    },
    readStdin: () => Buffer.from(options.stdin ?? ""),
    prompts: async () => ({
      text: async ({ initial, check }) => {
        const answer = answers.shift() ?? initial;
        return answer === undefined || check(answer) !== undefined ? undefined : answer;
      },
      choose: async ({ initial }) => answers.shift() ?? initial,
    }),
    machine: async () => {
      if (options.machine === undefined) throw new HostError("use", "programs and network", "there are none");
      return options.machine;
    },
    kind: (path) => (files.has(path) ? "file" : isFolder(path) ? "folder" : "absent"),
    isExecutable: () => true,
    list: (path) => {
      const inside = [...files.keys()].filter((file) => file.startsWith(`${path}/`));
      return [...new Set(inside.map((file) => file.slice(path.length + 1).split("/")[0] ?? ""))].toSorted();
    },
    realPath: (path) => (files.has(path) || isFolder(path) ? path : undefined),
    writeFile: (path, text) => {
      files.set(path, text);
      written.push(path);
    },
    removeFile: (path) => void files.delete(path),
    removeEmptyFolder: () => {},
    hash: (text) => createHash("sha256").update(text).digest("hex"),
  };
}
