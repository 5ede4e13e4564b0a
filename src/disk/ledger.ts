import { MARKER } from "../artifacts/index.ts";
import { report, type Diagnostic } from "../diagnostics/index.ts";
import { faultOf, fold, quote } from "./path.ts";

/** Path to the hashes that the file may have while it is still ours. */
export type Entries = ReadonlyMap<string, readonly string[]>;

export interface Ledger {
  readonly entries: Entries;
  /** False when something in it shows that we did not write it: then nothing in it counts. */
  readonly trusted: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const ABOUT = `${MARKER}: the files it wrote and their SHA-256, so that it knows its own. Do not edit.`;
const HASHES = /^[0-9a-f]{64}( [0-9a-f]{64})*$/;

/**
 * One file a line, sorted by code unit. A finished run leaves one hash per file. While a run is writing, a file has
 * several: those it may have had before and the one it is going to have. A run that dies half way thus leaves only
 * files that the next run knows as ours, whatever the next manifest says.
 */
export function printLedger(entries: Entries): string {
  const lines = [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, hashes]) => `    ${JSON.stringify(path)}: ${JSON.stringify(hashes.join(" "))}`);
  const files = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return `{\n  "about": ${JSON.stringify(ABOUT)},\n  "version": 1,\n  "files": ${files}\n}\n`;
}

/** All entries of two ledgers, each with the hashes of both. */
export function mergeEntries(a: Entries, b: Entries): Entries {
  const merged = new Map(a);
  for (const [path, hashes] of b) merged.set(path, [...new Set([...(a.get(path) ?? []), ...hashes])]);
  return merged;
}

/** The entries by folded path. */
export function foldEntries(entries: Entries): Entries {
  const folded = new Map<string, readonly string[]>();
  for (const [path, hashes] of entries)
    folded.set(fold(path), [...(folded.get(fold(path)) ?? []), ...hashes]);
  return folded;
}

/** Reads a ledger as what it is: a file that anybody who can push may have written. `name` is for messages. */
export function parseLedger(bytes: Uint8Array, name: string): Ledger {
  const distrust = (reasons: readonly string[], help: string): Ledger => ({
    entries: new Map(),
    trusted: false,
    diagnostics: reasons.map((reason) =>
      report("disk/bad-ledger", undefined, `${quote(name)} ${reason}`, {
        notes: [
          "it lists the files that the generator wrote, and it alone says which may be replaced or removed",
        ],
        help,
      }),
    ),
  });
  const data = parseJson(bytes);
  if (data === undefined) return distrust(["is not valid JSON"], RESTORE);
  if (!isRecord(data) || !isRecord(data["files"]))
    return distrust(["is not a ledger: it has no `files`"], RESTORE);
  if (data["version"] !== 1) return distrust(["has a version that this release does not know"], NEWER);

  const entries = new Map<string, readonly string[]>();
  const reasons: string[] = [];
  for (const [path, hashes] of Object.entries(data["files"])) {
    const fault = faultOf(path);
    if (fault !== undefined) reasons.push(`lists ${quote(path)}: the path ${fault}`);
    else if (typeof hashes !== "string" || !HASHES.test(hashes))
      reasons.push(`lists ${quote(path)} without a hash`);
    else entries.set(path, hashes.split(" "));
  }
  return reasons.length > 0 ? distrust(reasons, REVIEW) : { entries, trusted: true, diagnostics: [] };
}

const RESTORE =
  "restore it from version control, or run with `--force`: files are then written anew, and none that is no longer produced is removed";
const NEWER = "use the release of ci-vault-gen that wrote it, or run with `--force` to write it anew";
const REVIEW =
  "the generator never writes that: review it, and who changed it, in version control; then restore it or run with `--force`";

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
