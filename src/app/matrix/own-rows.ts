import { type Context, MERGE_REQUEST, projectOf, type Row, type Setting } from "../../access/index.ts";
import type { ContextEntry } from "../../manifest/index.ts";

/** The contexts of a `--context` file, with GitLab's own defaults for what they leave out. */
export function ownRows(entries: Readonly<Record<string, ContextEntry>>, setting: Setting): readonly Row[] {
  return Object.entries(entries).map(([id, entry]) => ({ id, context: contextOf(entry, setting) }));
}

function contextOf(entry: ContextEntry, { scope, defaultBranch }: Setting): Context {
  const kind =
    entry.tag !== undefined ? "tag" : entry.merge_request !== undefined ? "merge-request" : "branch";
  const ref = entry.tag ?? entry.merge_request ?? entry.branch ?? "";
  const { environment } = entry;
  const entered = typeof environment === "string" ? { name: environment } : environment;
  return {
    project: projectOf(scope, entry.project === undefined ? undefined : String(entry.project)),
    kind,
    ref,
    // GitLab protects the default branch of a new project, and nothing else.
    protected: entry.protected ?? (kind === "branch" && ref === defaultBranch),
    source: kind === "merge-request" ? MERGE_REQUEST : (entry.source ?? "push"),
    ...(entry.fork === true ? { fork: { id: "0", path: "someone/fork", namespaceId: "0" } } : {}),
    ...(entered === undefined
      ? {}
      : {
          environment: {
            name: entered.name,
            protected: entered.protected ?? false,
            tier: entered.tier ?? "other",
          },
        }),
    ...(entry.claims === undefined ? {} : { claims: entry.claims }),
  };
}
