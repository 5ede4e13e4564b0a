import type { Artifact } from "../artifacts/index.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import type { Host } from "../host/index.ts";
import type { Change } from "./change.ts";
import type { Entries, Ledger } from "./ledger.ts";
import { fold } from "./path.ts";
import { refuseOverwrite, refuseRemoval, refuseStanding } from "./refusal.ts";
import type { Standing, Tree } from "./tree.ts";

/** What a judgement about one file depends on. */
export interface Scene {
  readonly host: Host;
  readonly tree: Tree;
  readonly force: boolean;
  readonly ledger: Ledger;
  /** By folded path, since on some file systems a file answers to several spellings. */
  readonly hashes: Entries;
  /** The folded paths of what is generated now. */
  readonly generated: ReadonlySet<string>;
}

/** `undefined`: nothing to do. */
export type Verdict = { readonly change: Change } | { readonly refusal: Diagnostic } | undefined;

/** `isRenamed`: the ledger lists the same path in another spelling, and that one is about to go. */
export function judgeArtifact(scene: Scene, artifact: Artifact, isRenamed: boolean): Verdict {
  const { tree } = scene;
  const { path, text, ownership } = artifact;
  const standing = tree.look(path);
  const executable = artifact.executable === true ? { executable: true } : {};
  const create: Change = { kind: "create", path, ownership, after: text, ...executable };
  if (standing.kind === "absent") return { change: create };
  // A file in the place of a scaffold is the user's, and so is a link, as long as it is not on the way there.
  if (ownership === "scaffold" && (standing.kind === "file" || isLinkAt(standing, path))) return undefined;
  if (standing.kind !== "file") return { refusal: refuseStanding(tree, path, standing) };

  const before = tree.read(path);
  // Only the case of the name changed and the disk does not tell case apart: this is the file about to be removed.
  if (isRenamed && !tree.isSpelled(path)) return { change: create };
  const mayRun = artifact.executable !== true || tree.isExecutable(path);
  if (Buffer.from(text).equals(before) && mayRun) return undefined;
  const change: Change = { kind: "modify", path, ownership, before, after: text, ...executable };
  if (scene.force || isOurs(scene, path, before)) return { change };
  // With a ledger that says nothing, everything would look foreign: the ledger is the one thing to report.
  if (!scene.ledger.trusted) return undefined;
  return { refusal: refuseOverwrite(tree.name(path), before, scene.hashes.has(fold(path))) };
}

/** A file of the ledger that is no longer produced. */
export function judgeStale(scene: Scene, path: string): Verdict {
  const { tree } = scene;
  const standing = tree.look(path);
  if (standing.kind === "link") return { refusal: refuseStanding(tree, path, standing) };
  // Gone, or something else has taken its place: nothing of ours is left to remove.
  if (standing.kind !== "file") return undefined;
  if (scene.generated.has(fold(path)) && !tree.isSpelled(path)) return undefined;
  const before = tree.read(path);
  if (scene.force || isOurs(scene, path, before)) {
    return { change: { kind: "remove", path, ownership: "generated", before } };
  }
  return { refusal: refuseRemoval(tree.name(path)) };
}

function isLinkAt(standing: Standing, path: string): boolean {
  return standing.kind === "link" && standing.at === path;
}

function isOurs(scene: Scene, path: string, bytes: Uint8Array): boolean {
  const hashes = scene.hashes.get(fold(path));
  return hashes !== undefined && hashes.includes(scene.host.hash(bytes));
}
