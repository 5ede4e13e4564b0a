import type { Artifact } from "../artifacts/index.ts";

/** The list of generated files with their hashes, at the root of the output folder. */
export const LEDGER = ".ci-vault-gen.json";

/** Control characters, lone surrogates, line separators and text direction marks: they would act on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Why a path cannot be one of a generated file, as the end of the sentence "the path …"; `undefined` when it can. */
export function faultOf(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.startsWith("/")) return "is absolute";
  if (path.includes("\\")) return "has a backslash";
  if (UNPRINTABLE.test(path)) return "has a character that cannot be printed";
  const segments = path.split("/");
  if (segments.includes("")) return "has an empty segment";
  if (segments.includes(".")) return "has a `.` segment";
  if (segments.includes("..")) return "has a `..` segment";
  if (segments.some((segment) => Buffer.byteLength(segment) > 255) || path.length > 1024)
    return "is too long";
  // What is lost in there, version control cannot bring back.
  if (segments.some((segment) => fold(segment) === ".git")) return "is inside a Git directory";
  if (fold(path) === LEDGER) return "is the ledger's own";
  return undefined;
}

/** One spelling for all paths that are the same file where case and Unicode composition do not count (macOS, Windows). */
export function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** A path that we did not make, fit for a message: no control characters, not endless. */
export function quote(path: string): string {
  const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
  return `\`${shown.replace(new RegExp(UNPRINTABLE, "gu"), "?")}\``;
}

/** The folders above a path, topmost first; the root is not one of them. */
export function foldersOf(path: string): string[] {
  const segments = path.split("/").slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** Artifacts come from our own code: one that cannot be written is a bug, not something to tell the user politely. */
export function assertWritable(artifacts: readonly Artifact[]): void {
  const files = new Map<string, string>();
  for (const { path } of artifacts) {
    const fault = faultOf(path);
    if (fault !== undefined) throw new Error(`artifact ${quote(path)}: the path ${fault}`);
    const twin = files.get(fold(path));
    if (twin === path) throw new Error(`two artifacts have the path ${path}`);
    if (twin !== undefined) throw new Error(`the artifacts ${twin} and ${path} differ only in case`);
    files.set(fold(path), path);
  }
  for (const { path } of artifacts) {
    const file = foldersOf(path)
      .map((folder) => files.get(fold(folder)))
      .find((one) => one !== undefined);
    if (file !== undefined) throw new Error(`artifact ${path}: ${file} is an artifact too, not a folder`);
  }
}
