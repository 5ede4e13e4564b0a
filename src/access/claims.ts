import { isAtLeast } from "../model/index.ts";
import { hasWildcard } from "./pattern.ts";
import { MERGE_REQUEST, type Rule } from "./rule.ts";

/** What a Vault role binds: claim -> its value, or the list of values of which one must match. */
export interface BoundClaims {
  /** `glob` is role-wide: `*` is then a wildcard in every claim of the role. */
  readonly type: "string" | "glob";
  readonly claims: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The second view of a rule: `bound_claims` of the role. Every value is text, since GitLab's ids and booleans are text
 * in the token and Vault compares with type. In a fixed order, who before where before how.
 */
export function boundClaims(rule: Rule): BoundClaims {
  const claims: Record<string, string | readonly string[]> = {};
  const bind = (claim: string, values: readonly string[] | undefined) => {
    if (values === undefined) return;
    const [only, ...more] = values;
    claims[claim] = only !== undefined && more.length === 0 ? only : values;
  };
  const { scope, kinds, environment } = rule;
  const [owner, ids] =
    scope.kind === "group"
      ? (["namespace_id", [scope.group.id]] as const)
      : (["project_id", scope.projects.map(({ id }) => id)] as const);
  bind(owner, ids);
  // A fork's token names the fork as its project; only since 18.4 it also says where the job runs, and only a merge
  // request can run elsewhere.
  if (kinds.includes("merge-request") && isAtLeast(rule.version, 18, 4)) bind(`job_${owner}`, ids);
  bind("ref_type", [...new Set(kinds.map((kind) => (kind === "tag" ? "tag" : "branch")))]);
  bind("ref", rule.refs);
  bind("ref_protected", rule.protected === undefined ? undefined : [String(rule.protected)]);
  bind("pipeline_source", sourcesOf(rule));
  bind("environment", environment && [environment.name]);
  bind(
    "environment_protected",
    environment?.protected === undefined ? undefined : [String(environment.protected)],
  );
  bind("deployment_tier", environment?.tier === undefined ? undefined : [environment.tier]);
  for (const { name, values } of rule.claims) bind(name, values);
  const glob = Object.values(claims).flat().some(hasWildcard);
  return { type: glob ? "glob" : "string", claims };
}

function sourcesOf({ kinds, sources }: Rule): readonly string[] | undefined {
  if (!kinds.includes("merge-request")) return sources;
  return kinds.length === 1 ? [MERGE_REQUEST] : [...(sources ?? []), MERGE_REQUEST].toSorted();
}
