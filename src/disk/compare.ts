import { posix } from "node:path";
import type { Artifact } from "../artifacts/index.ts";
import { checked, type Checked } from "../diagnostics/index.ts";
import type { Host } from "../host/index.ts";
import type { Change, ChangeSet } from "./change.ts";
import { judgeArtifact, judgeStale, type Scene } from "./judge.ts";
import { foldEntries, mergeEntries, parseLedger, printLedger, type Entries, type Ledger } from "./ledger.ts";
import { assertWritable, fold, foldersOf, LEDGER } from "./path.ts";
import { refuseRoot, refuseStanding } from "./refusal.ts";
import { openTree, type Tree } from "./tree.ts";

/**
 * What would have to change below `root`, or why that is refused. Only reads. `force` gives up edits and replaces
 * files of others, but follows no link and removes no folder; `check` passes it, to see all drift instead of refusals.
 */
export function compare(
  host: Host,
  root: string,
  artifacts: readonly Artifact[],
  options: { readonly force?: boolean } = {},
): Checked<ChangeSet> {
  assertWritable(artifacts);
  const base = posix.resolve(host.cwd, root);
  const tree = openTree(host, base);
  const force = options.force === true;
  const fault = refuseRoot(tree);
  if (fault !== undefined) return { diagnostics: [fault] };

  const old = readLedger(tree, force);
  const generated = artifacts.filter(({ ownership }) => ownership === "generated");
  const scene: Scene = {
    host,
    tree,
    force,
    ledger: old,
    hashes: foldEntries(old.entries),
    generated: new Set(generated.map(({ path }) => fold(path))),
  };
  const produced = new Set(artifacts.map(({ path }) => path));
  const stale = [...old.entries.keys()].filter((path) => !produced.has(path));
  const renamed = new Set(stale.map(fold));

  const verdicts = [
    ...artifacts.map((artifact) => judgeArtifact(scene, artifact, renamed.has(fold(artifact.path)))),
    ...stale.map((path) => judgeStale(scene, path)),
  ].filter((verdict) => verdict !== undefined);
  const diagnostics = verdicts.flatMap((verdict) => ("refusal" in verdict ? [verdict.refusal] : []));
  const changes = verdicts
    .flatMap((verdict) => ("change" in verdict ? [verdict.change] : []))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));

  const entries: Entries = new Map(generated.map(({ path, text }) => [path, [host.hash(text)]]));
  const ledger = judgeLedger(tree, entries);
  const written = changes.filter(
    ({ kind, ownership }) => kind !== "remove" && ownership === "generated",
  ).length;
  return checked(
    {
      root: base,
      changes: [...changes, ...(ledger === undefined ? [] : [ledger])],
      unchanged: generated.length - written,
      interim: printLedger(mergeEntries(old.entries, entries)),
      vacated: [...new Set(stale.flatMap(foldersOf))].toSorted((a, b) => b.length - a.length),
    },
    [...old.diagnostics, ...diagnostics],
  );
}

/** The ledger says what the artifacts say and nothing else, byte for byte; without generated files there is none. */
function judgeLedger(tree: Tree, entries: Entries): Change | undefined {
  const shared = { path: LEDGER, ownership: "generated" } as const;
  const before = tree.look(LEDGER).kind === "file" ? tree.read(LEDGER) : undefined;
  if (entries.size === 0) return before === undefined ? undefined : { kind: "remove", ...shared, before };
  const after = printLedger(entries);
  if (before === undefined) return { kind: "create", ...shared, after };
  return Buffer.from(after).equals(before) ? undefined : { kind: "modify", ...shared, before, after };
}

function readLedger(tree: Tree, force: boolean): Ledger {
  const standing = tree.look(LEDGER);
  if (standing.kind === "absent") return { entries: new Map(), trusted: true, diagnostics: [] };
  if (standing.kind !== "file") {
    return { entries: new Map(), trusted: false, diagnostics: [refuseStanding(tree, LEDGER, standing)] };
  }
  const ledger = parseLedger(tree.read(LEDGER), tree.name(LEDGER));
  if (!force) return ledger;
  // Forced, the ledger is written anew; what was wrong with it is still worth a word.
  return { ...ledger, diagnostics: ledger.diagnostics.map((one) => ({ ...one, severity: "warning" })) };
}
