import type { Owner, Scope } from "../model/index.ts";
import type { Context, EnteredEnvironment, Project } from "./context.ts";
import { hasWildcard, specimen } from "./pattern.ts";
import { type Kind, MERGE_REQUEST, type Rule } from "./rule.ts";

/** A context that people ask about, with a name that stays the same. */
export interface Row {
  readonly id: string;
  readonly context: Context;
}

/** What the questions are about: the project, its default branch, the rules and GitLab environments of the manifest. */
export interface Setting {
  readonly scope: Scope;
  readonly defaultBranch: string;
  readonly rules: readonly Rule[];
}

/** The contexts that everybody should ask about, then one for each pattern that the manifest names. */
export function standardRows(setting: Setting): readonly Row[] {
  const main = setting.defaultBranch;
  const make = maker(setting);
  const standard = [
    make("default-branch", "branch", main, true),
    make("protected-branch", "branch", "stable", true),
    make("feature-branch", "branch", "feature/x", false),
    make("protected-tag", "tag", "1.0.0", true),
    make("tag", "tag", "1.0.0", false),
    // Anybody who may push tags can make one, and its `ref` is the same text.
    make("tag-named-like-default-branch", "tag", main, false),
    make("merge-request", "merge-request", "feature/x", false),
    make("fork-merge-request", "merge-request", "feature/x", false, { fork: STRANGER }),
    // A merge train's pipeline is a merge request's pipeline: no claim tells them apart.
    make("merge-train", "merge-request", "feature/x", false),
    make("schedule", "branch", main, true, { source: "schedule" }),
    make("web", "branch", main, true, { source: "web" }),
    make("trigger", "branch", main, true, { source: "trigger" }),
  ];
  return entered([...standard, ...patternRows(setting)], setting);
}

/** Everything that can run on one ref. */
export function rowsOfRef(ref: string, setting: Setting): readonly Row[] {
  const make = maker(setting);
  const rows = [
    make("branch-protected", "branch", ref, true),
    make("branch", "branch", ref, false),
    make("tag-protected", "tag", ref, true),
    make("tag", "tag", ref, false),
    make("merge-request", "merge-request", ref, false),
    make("fork-merge-request", "merge-request", ref, false, { fork: STRANGER }),
    ...["schedule", "web", "trigger"].map((source) => make(source, "branch", ref, true, { source })),
  ];
  return entered(rows, setting);
}

/** Someone else's project; a project of the manifest never has this id. */
const STRANGER: Project = { id: "0", path: "someone/fork", namespaceId: "0" };

function maker({ scope }: Setting) {
  const project = projectOf(scope);
  return (id: string, kind: Kind, ref: string, isProtected: boolean, more: Partial<Context> = {}): Row => ({
    id,
    context: {
      project,
      kind,
      ref,
      protected: isProtected,
      source: kind === "merge-request" ? MERGE_REQUEST : "push",
      ...more,
    },
  });
}

/** The first project of the manifest. Ids that the manifest does not say are 0, which GitLab never gives. */
export function projectOf(scope: Scope, id?: string): Project {
  if (scope.kind === "group")
    return { id: id ?? "0", path: `${scope.group.path}/any`, namespaceId: scope.group.id };
  const [first] = scope.projects;
  const known: Owner | undefined = id === undefined ? first : scope.projects.find((own) => own.id === id);
  return { id: known?.id ?? id ?? "0", path: known?.path ?? "someone/else", namespaceId: "0" };
}

/** For each pattern a ref that it matches and, for names, one that only looks like it; protected and not. */
function patternRows(setting: Setting): readonly Row[] {
  const make = maker(setting);
  const rows = new Map<string, Row>();
  const patterns = setting.rules.flatMap((rule) => rule.refs ?? []);
  for (const rule of setting.rules) {
    for (const kind of rule.kinds) {
      for (const pattern of rule.refs ?? []) {
        const refs = hasWildcard(pattern) ? [specimen(pattern, patterns)] : [pattern, `${pattern}-evil`];
        for (const ref of refs) {
          if (ref === setting.defaultBranch) continue;
          for (const isProtected of [true, false]) {
            const id = `${kind}-${ref}${isProtected ? "-protected" : ""}`;
            rows.set(id, make(id, kind, ref, isProtected));
          }
        }
      }
    }
  }
  return [...rows.values()];
}

/** Each row again as a job of each GitLab environment that the manifest names: any job can write `environment:`. */
function entered(rows: readonly Row[], { rules }: Setting): readonly Row[] {
  const environments = new Map<string, EnteredEnvironment>();
  for (const { environment } of rules) {
    if (environment === undefined || environments.has(environment.name)) continue;
    const { name, tier } = environment;
    environments.set(name, { name, protected: environment.protected ?? false, tier: tier ?? "other" });
  }
  const copies = [...environments.values()].flatMap((environment) =>
    rows.map(({ id, context }) => ({
      id: `${id}@${environment.name}`,
      context: { ...context, environment },
    })),
  );
  return [...rows, ...copies];
}
