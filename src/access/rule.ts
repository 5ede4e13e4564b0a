import type { Claim, Environment, Gitlab, RefRule, Scope, Version } from "../model/index.ts";

export type Kind = RefRule["kind"];

/**
 * One conjunction: every part must hold, and within a part any of its values. This is exactly what one Vault role can
 * express, so a list of rules is a list of roles. An absent part allows everything.
 */
export interface Rule {
  /** Sorted. Several kinds only where the claims that tell them apart have no other combination. */
  readonly kinds: readonly Kind[];
  /** Patterns of the short ref name; `*` is any run of characters. Sorted. */
  readonly refs: readonly string[] | undefined;
  readonly protected: boolean | undefined;
  /** Of branch and tag pipelines; a merge request's pipeline has a source of its own. Sorted. */
  readonly sources: readonly string[] | undefined;
  readonly scope: Scope;
  /** The oldest GitLab: what its tokens and its variables say. */
  readonly version: Version;
  readonly environment: Environment["gitlabEnvironment"];
  readonly claims: readonly Claim[];
  /** The manifest's ref rules that went into it, in their order. */
  readonly from: readonly RefRule[];
}

/**
 * Sources whose pipelines run the branch itself. A merge request's token names the source branch as its `ref`, so a
 * branch role must say where the pipeline came from, or the merge request could use it too (from a fork even, before
 * GitLab 18.2.2). `parent_pipeline` is left out because the child of a merge request looks like any other child.
 */
export const BRANCH_SOURCES: readonly string[] = ["api", "pipeline", "push", "schedule", "trigger", "web"];

export const MERGE_REQUEST = "merge_request_event";

/** The rules of an environment, one per ref rule, before any of them are combined. */
export function rulesOf(
  environment: Pick<Environment, "refs" | "sources" | "gitlabEnvironment" | "claims">,
  { scope, version }: Pick<Gitlab, "scope" | "version">,
): readonly Rule[] {
  return environment.refs.map((ref) => ({
    kinds: [ref.kind],
    refs: ref.pattern === undefined ? undefined : [ref.pattern],
    protected: ref.protected,
    sources: sourcesOf(ref, environment.sources),
    scope,
    version,
    environment: environment.gitlabEnvironment,
    claims: environment.claims,
    from: [ref],
  }));
}

function sourcesOf({ kind }: RefRule, named: readonly string[] | undefined): readonly string[] | undefined {
  if (kind === "merge-request") return [];
  if (named !== undefined) return named.filter((source) => source !== MERGE_REQUEST).toSorted();
  return kind === "branch" ? BRANCH_SOURCES : undefined;
}

/** `protected tag v*`, `branch develop or main`: for comments and for people. */
export function describe(rule: Rule): string {
  const protection = rule.protected === undefined ? "" : rule.protected ? "protected " : "unprotected ";
  const kinds = rule.kinds.map((kind) =>
    kind === "merge-request" ? "merge request of the project itself" : kind,
  );
  const refs = rule.refs === undefined ? "" : ` ${rule.refs.join(" or ")}`;
  const article = rule.refs === undefined && rule.kinds[0] !== "merge-request" ? "any " : "";
  // The name of the ref belongs to every kind: `branch or tag release/*`.
  return `${article}${protection}${kinds.join(" or ")}${refs}`;
}
