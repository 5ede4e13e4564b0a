import type { Artifact } from "../artifacts/index.ts";

/** What has to happen to one file so that the tree is as the artifacts say. */
export interface Change {
  readonly kind: "create" | "modify" | "remove";
  /** Below the root, with `/`. */
  readonly path: string;
  readonly ownership: Artifact["ownership"];
  /** As it stands: bytes, since a person may have put anything there. None for `create`. */
  readonly before?: Uint8Array;
  /** As it will be. None for `remove`. */
  readonly after?: string;
  readonly executable?: boolean;
}

/** Everything `apply` needs; made by `compare` alone, which has checked every path in it. */
export interface ChangeSet {
  /** Absolute, without a slash at the end. */
  readonly root: string;
  /** Sorted by path in code units; the ledger last. */
  readonly changes: readonly Change[];
  /** How many generated files are right already, the ledger not counted. */
  readonly unchanged: number;
  /** The ledger that stands while files are being written: see `printLedger`. */
  readonly interim: string;
  /** Folders that may be empty afterwards, deepest first. */
  readonly vacated: readonly string[];
}

/** How the generated files on disk differ from what the manifest gives; scaffolds are the user's and do not count. */
export interface Drift {
  readonly modified: readonly string[];
  readonly missing: readonly string[];
  readonly stale: readonly string[];
}

export function drift(set: ChangeSet): Drift {
  const paths = (kind: Change["kind"]) =>
    set.changes
      .filter((change) => change.kind === kind && change.ownership === "generated")
      .map(({ path }) => path)
      .toSorted();
  return { modified: paths("modify"), missing: paths("create"), stale: paths("remove") };
}
