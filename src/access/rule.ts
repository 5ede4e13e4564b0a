import type { Claim, Environment, RefRule, Scope } from "../model/index.ts";

/**
 * One conjunction: every part must hold, and within a part any of its values. This is exactly what one Vault role can
 * express, so a list of rules is a list of roles. An absent part allows everything.
 */
export interface Rule {
  readonly kind: RefRule["kind"];
  /** Patterns of the short ref name; `*` is any run of characters. */
  readonly refs: readonly string[] | undefined;
  readonly protected: boolean | undefined;
  readonly sources: readonly string[] | undefined;
  readonly scope: Scope;
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
export function rulesOf(environment: Environment, scope: Scope): readonly Rule[] {
  return environment.refs.map((ref) => ({
    kind: ref.kind,
    refs: ref.pattern === undefined ? undefined : [ref.pattern],
    protected: ref.protected,
    sources: sourcesOf(ref, environment.sources),
    scope,
    environment: environment.gitlabEnvironment,
    claims: environment.claims,
    from: [ref],
  }));
}

function sourcesOf({ kind }: RefRule, named: readonly string[] | undefined): readonly string[] | undefined {
  if (kind === "merge-request") return [MERGE_REQUEST];
  if (named !== undefined) return named.filter((source) => source !== MERGE_REQUEST);
  return kind === "branch" ? BRANCH_SOURCES : undefined;
}

/** Does the one wildcard of patterns occur? Decides between `string` and `glob` for the whole role. */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes("*");
}

/** `*` is any run of characters, the empty one and `/` included; everything else stands for itself. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
