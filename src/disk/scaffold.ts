import { posix } from "node:path";
import type { Artifact } from "../artifacts/index.ts";
import { checked, type Checked } from "../diagnostics/index.ts";
import type { Host } from "../host/index.ts";
import type { ChangeSet } from "./change.ts";
import { judgeArtifact, type Scene } from "./judge.ts";
import { assertWritable } from "./path.ts";
import { refuseRoot } from "./refusal.ts";
import { openTree } from "./tree.ts";

/**
 * Which scaffolds are to be created below `root`: those in whose place nothing stands. Unlike `compare` it looks at no
 * ledger, so that it can neither replace nor remove anything, whatever lies there.
 */
export function placeScaffolds(host: Host, root: string, artifacts: readonly Artifact[]): Checked<ChangeSet> {
  assertWritable(artifacts);
  const base = posix.resolve(host.cwd, root);
  const tree = openTree(host, base);
  const fault = refuseRoot(tree);
  if (fault !== undefined) return { diagnostics: [fault] };
  const nothing = new Map<string, readonly string[]>();
  const ledger = { entries: nothing, trusted: true, diagnostics: [] };
  const scene: Scene = { host, tree, force: false, ledger, hashes: nothing, generated: new Set() };
  const verdicts = artifacts.flatMap((artifact) => judgeArtifact(scene, artifact, false) ?? []);
  const changes = verdicts
    .flatMap((verdict) => ("change" in verdict ? [verdict.change] : []))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return checked(
    { root: base, changes, unchanged: 0, interim: "", vacated: [] },
    verdicts.flatMap((verdict) => ("refusal" in verdict ? [verdict.refusal] : [])),
  );
}
