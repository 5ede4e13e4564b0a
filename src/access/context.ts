import { matches, MERGE_REQUEST, type Rule } from "./rule.ts";

/** The facts of one job of one pipeline, as GitLab knows them. */
export interface Context {
  readonly projectId: string;
  readonly namespaceId: string;
  /** The pipeline's kind; a merge request's ref is its source branch. */
  readonly kind: "branch" | "tag" | "merge-request";
  readonly ref: string;
  readonly protected: boolean;
  readonly source: string;
  /** For a merge request from a fork: the fork, whose ids the token carries since GitLab 18.2.2. */
  readonly fork?: { readonly projectId: string; readonly namespaceId: string };
  readonly environment?: { readonly name: string; readonly protected: boolean; readonly tier: string };
  /** Any further claims of the token, as text. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** The third view of a rule: does it allow this context? */
export function allows(rule: Rule, context: Context): boolean {
  const owner = context.fork ?? context;
  const inScope =
    rule.scope.kind === "group"
      ? rule.scope.group.id === owner.namespaceId
      : rule.scope.projects.some(({ id }) => id === owner.projectId);
  if (!inScope || rule.kind !== context.kind) return false;
  if (rule.refs !== undefined && !rule.refs.some((pattern) => matches(pattern, context.ref))) return false;
  if (rule.protected !== undefined && rule.protected !== context.protected) return false;
  if (rule.kind === "merge-request" && context.source !== MERGE_REQUEST) return false;
  if (rule.kind !== "merge-request" && rule.sources !== undefined && !rule.sources.includes(context.source))
    return false;
  const { environment } = rule;
  if (environment !== undefined) {
    if (context.environment?.name !== environment.name) return false;
    if (environment.protected !== undefined && context.environment.protected !== environment.protected)
      return false;
    if (environment.tier !== undefined && context.environment.tier !== environment.tier) return false;
  }
  return rule.claims.every(({ name, values }) => {
    const actual = context.claims?.[name];
    return actual !== undefined && values.some((pattern) => matches(pattern, actual));
  });
}
