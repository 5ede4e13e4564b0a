// In:  a request to the outside world (files, streams, environment).
// Out: plain data; `undefined` where a file is absent; `HostError` where the machine refuses.
// Does not know: manifests, plans, artifacts, or why anything is read or written.

import type { Machine } from "./machine.ts";
import type { Prompts } from "./questions.ts";

export type { Finished, Machine, Request, Response, Running, SigningKey } from "./machine.ts";
export type { ChoiceQuestion, Prompts, TextQuestion } from "./questions.ts";

/** What the tool may ask of the machine. The only implementation with `node:` inside is `host/node.ts`. */
export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Is stdout (out) or stderr (err) a terminal? Decides colour and prompts. */
  readonly isTerminal: { readonly out: boolean; readonly err: boolean; readonly in: boolean };
  out(text: string): void;
  err(text: string): void;
  /** The bytes of a file, `undefined` when nothing is there. */
  readFile(path: string): Uint8Array | undefined;
  /** A file that came with the tool, by its path in the package. */
  asset(path: string): Uint8Array | undefined;
  /** All of standard input. */
  readStdin(): Uint8Array;
  /** Questions on the terminal; ask only where `isTerminal` says that somebody can answer. */
  prompts(): Promise<Prompts>;
  /** Programs, network, keys, clock: for the few commands that need more than files. */
  machine(): Promise<Machine>;
  /** What stands at a path, without following a symbolic link. */
  kind(path: string): PathKind;
  /** May the owner of the file run it? Always so where the system has no such mark. */
  isExecutable(path: string): boolean;
  /** Names in a folder, sorted by code unit; empty when there is none. */
  list(path: string): readonly string[];
  /** The path with all links resolved, `undefined` when it does not exist. */
  realPath(path: string): string | undefined;
  /** Writes through a temporary file and a rename, so that a reader sees the old bytes or the new, never half. */
  writeFile(path: string, text: string, options?: { readonly executable?: boolean }): void;
  removeFile(path: string): void;
  /** Removes a folder if it is empty. */
  removeEmptyFolder(path: string): void;
  /** Lower-case hexadecimal SHA-256 of the UTF-8 bytes. */
  hash(text: string | Uint8Array): string;
}

export type PathKind = "absent" | "file" | "folder" | "link" | "other";

/** The machine refused (permission, full disk, …): exit code 3, never the user's manifest. */
export class HostError extends Error {
  readonly action: string;
  readonly path: string;
  readonly reason: string;
  constructor(action: string, path: string, reason: string) {
    super(`cannot ${action} ${path}: ${reason}`);
    this.name = "HostError";
    this.action = action;
    this.path = path;
    this.reason = reason;
  }
}

/** By its name: the command line is several bundles, each with a class of its own. */
export function isHostError(error: unknown): error is HostError {
  return error instanceof Error && error.name === "HostError";
}

/** The text of a file that comes with the tool. Without it the installation is broken, whatever the user asked for. */
export function readAsset(host: Host, path: string): string {
  const bytes = host.asset(path);
  if (bytes === undefined) throw new HostError("read", path, "this installation lacks it");
  return new TextDecoder().decode(bytes);
}
