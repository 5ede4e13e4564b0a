import { hasWildcard, MERGE_REQUEST, type Rule } from "./rule.ts";

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
  if (rule.scope.kind === "group") bind("namespace_id", [rule.scope.group.id]);
  else
    bind(
      "project_id",
      rule.scope.projects.map(({ id }) => id),
    );
  bind("ref_type", [rule.kind === "tag" ? "tag" : "branch"]);
  bind("ref", rule.refs);
  bind("ref_protected", rule.protected === undefined ? undefined : [String(rule.protected)]);
  bind("pipeline_source", rule.kind === "merge-request" ? [MERGE_REQUEST] : rule.sources);
  bind("environment", rule.environment && [rule.environment.name]);
  bind(
    "environment_protected",
    rule.environment?.protected === undefined ? undefined : [String(rule.environment.protected)],
  );
  bind("deployment_tier", rule.environment?.tier === undefined ? undefined : [rule.environment.tier]);
  for (const { name, values } of rule.claims) bind(name, values);
  const glob = Object.values(claims).flat().some(hasWildcard);
  return { type: glob ? "glob" : "string", claims };
}
