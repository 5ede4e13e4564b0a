import { posix } from "node:path";
import type { Host } from "../host/index.ts";
import type { Change, ChangeSet } from "./change.ts";
import { LEDGER } from "./path.ts";

/**
 * Makes the changes, and returns the paths that it touched in that order. May be killed anywhere: each file is old or
 * new, and the interim ledger, which goes first, knows both as ours; the final one goes last.
 */
export function apply(host: Host, set: ChangeSet): readonly string[] {
  const at = (path: string) => posix.join(set.root, path);
  const files = set.changes.filter(({ path }) => path !== LEDGER);
  const removed = files.filter(({ kind }) => kind === "remove");
  const written = files.filter(({ kind }) => kind !== "remove");
  const ledger = set.changes.filter(({ path }) => path === LEDGER);

  // Without a change to the ledger the one on disk says the same already.
  const isInterim = ledger.length > 0 && written.some(({ ownership }) => ownership === "generated");
  if (isInterim) host.writeFile(at(LEDGER), set.interim);
  // Removed before written: where case does not count, a file's old and new name may be the same file.
  const order = [...removed, ...written];
  for (const change of order) perform(host, at(change.path), change);
  if (set.changes.length > 0) for (const folder of set.vacated) host.removeEmptyFolder(at(folder));
  for (const change of ledger) perform(host, at(change.path), change);
  return [...order, ...ledger].map(({ path }) => path);
}

function perform(host: Host, path: string, change: Change): void {
  if (change.after === undefined) host.removeFile(path);
  else host.writeFile(path, change.after, { executable: change.executable === true });
}
