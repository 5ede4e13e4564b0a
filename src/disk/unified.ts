import { posix } from "node:path";
import type { Change, ChangeSet } from "./change.ts";
import { diffLines, splitLines, type Edit } from "./lines.ts";
import { veil } from "./veil.ts";

interface Look {
  /** The output folder as seen from where the diff is to be applied, `""` for the folder itself. */
  readonly prefix: string;
  readonly colour?: boolean;
  /** Show scaffolds that would be created? `check` says no: they are no drift. */
  readonly scaffolds?: boolean;
}

const CONTEXT = 3;
const SIGN = { keep: " ", drop: "-", add: "+" } as const;

/** All changes as one unified diff, as `git apply` and `patch -p1` take it. */
export function renderDiff(set: ChangeSet, look: Look): string {
  const shown = set.changes.filter(({ ownership }) => ownership === "generated" || look.scaffolds !== false);
  return shown.map((change) => renderFile(change, look)).join("");
}

function renderFile(change: Change, look: Look): string {
  const paint = painter(look.colour === true);
  const path = posix.join(look.prefix, change.path);
  // A tab ends a name that has blanks in it, or `patch` would take what follows a blank for a date.
  const end = path.includes(" ") ? "\t" : "";
  const from = change.before === undefined ? "/dev/null" : `a/${path}${end}`;
  const to = change.after === undefined ? "/dev/null" : `b/${path}${end}`;
  const before = change.before === undefined ? "" : asText(change.before);
  if (before === undefined) return `Binary files ${from.trimEnd()} and ${to.trimEnd()} differ\n`;
  const edits = veil(diffLines(splitLines(before), splitLines(change.after ?? "")));
  return [paint("bold", `--- ${from}`), paint("bold", `+++ ${to}`), ...hunks(edits, paint)].join("\n") + "\n";
}

function hunks(edits: readonly Edit[], paint: Paint): readonly string[] {
  const lines: string[] = [];
  let [old, now, position] = [0, 0, 0];
  const count = (part: readonly Edit[]) => ({
    old: part.filter(({ kind }) => kind !== "add").length,
    now: part.filter(({ kind }) => kind !== "drop").length,
  });
  for (const [start, end] of windows(edits)) {
    const skipped = count(edits.slice(position, start));
    const part = edits.slice(start, end);
    const size = count(part);
    old += skipped.old;
    now += skipped.now;
    lines.push(paint("cyan", `@@ -${range(old, size.old)} +${range(now, size.now)} @@`));
    // One by one: a call with as many arguments as a big file has lines overflows the stack.
    for (const edit of part) for (const line of renderEdit(edit, paint)) lines.push(line);
    old += size.old;
    now += size.now;
    position = end;
  }
  return lines;
}

/** Where the hunks are: changes with their context, joined where the contexts meet. */
function windows(edits: readonly Edit[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [index, edit] of edits.entries()) {
    if (edit.kind === "keep") continue;
    const last = found.at(-1);
    const end = Math.min(edits.length, index + 1 + CONTEXT);
    if (last !== undefined && index - CONTEXT <= last[1]) last[1] = end;
    else found.push([Math.max(0, index - CONTEXT), end]);
  }
  return found;
}

/** Counted from 1; an empty range names the line before it; a length of one goes without saying. */
function range(skipped: number, length: number): string {
  if (length === 1) return String(skipped + 1);
  return `${length === 0 ? skipped : skipped + 1},${length}`;
}

function renderEdit({ kind, line }: Edit, paint: Paint): readonly string[] {
  const isWhole = line.endsWith("\n");
  const text = `${SIGN[kind]}${isWhole ? line.slice(0, -1) : line}`;
  const painted = kind === "keep" ? text : paint(kind === "add" ? "green" : "red", text);
  return isWhole ? [painted] : [painted, "\\ No newline at end of file"];
}

/** `undefined` for what a terminal or a job log should not be fed: no UTF-8, or control characters in it. */
function asText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /(?![\t\n\r])\p{Cc}|\r(?!\n)/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

type Paint = (colour: keyof typeof ESCAPES, text: string) => string;
const ESCAPES = { bold: "1", red: "31", green: "32", cyan: "36" } as const;

function painter(colour: boolean): Paint {
  return (name, text) => (colour ? `\u001b[${ESCAPES[name]}m${text}\u001b[0m` : text);
}
