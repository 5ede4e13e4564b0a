import { isAtLeast } from "../model/index.ts";
import { environmentsOf, product, projectsOf, type Said, sourcesNear } from "./choices.ts";
import type { Term } from "./condition.ts";
import type { Context } from "./context.ts";
import { VARIABLES } from "./expression.ts";
import { hasWildcard, specimen } from "./pattern.ts";
import type { RoleView } from "./role.ts";
import type { Rule } from "./rule.ts";

/**
 * Contexts that stand for all that a role may admit: one for every combination of its values, with wildcards and what
 * the role leaves open filled by something that no rule names (`specimen` says why one look at each is enough). Some
 * are no contexts of this role at all: the caller asks the role.
 */
export function contextsOfRole(role: RoleView, rules: readonly Rule[]): readonly Context[] {
  const isGlob = role.bound_claims_type === "glob";
  const said = (claim: string): Said => {
    const value = role.bound_claims[claim];
    if (value === undefined) return undefined;
    const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
    // In a `string` role `*` is an ordinary character, and no ref, id or name has it.
    return isGlob ? texts : texts.filter((text) => !hasWildcard(text));
  };
  const known = new Set(Object.keys(role.bound_claims));
  for (const { claims } of rules) for (const { name } of claims) known.add(name);
  const free = [...known].filter((claim) => !FACTS.has(claim));
  const mentioned = (claim: string) =>
    rules.flatMap(({ claims }) =>
      claims.filter(({ name }) => name === claim).flatMap(({ values }) => values),
    );
  const fill = (claim: string, own: readonly string[]): readonly string[] => {
    const values = said(claim);
    if (values === undefined) return [specimen("*", own)];
    return isGlob ? values.map((pattern) => specimen(pattern, own)) : values;
  };
  const refs = fill(
    "ref",
    rules.flatMap((rule) => rule.refs ?? []),
  );
  const paths = (said("ref_path") ?? []).map((path) => path.replace(/^refs\/(?:heads|tags)\//, ""));
  return product({
    projects: projectsOf(said, rules, isGlob),
    types: said("ref_type") ?? ["branch", "tag"],
    sources: said("pipeline_source") ?? sourcesNear(rules),
    refs: [...refs, ...paths.map((path) => (isGlob ? specimen(path, []) : path))],
    protections: (said("ref_protected") ?? ["true", "false"]).map((text) => text === "true"),
    environments: environmentsOf(said, rules),
    claims: Object.fromEntries(free.map((claim) => [claim, fill(claim, mentioned(claim))])),
    forks: rules.some(({ version }) => isAtLeast(version, 18, 4)),
  });
}

/**
 * Contexts that stand for all in which a job with this `if:` runs. What expressions cannot see (the GitLab environment,
 * some claims) is as the manifest wants it.
 */
export function contextsOfCondition(terms: readonly Term[], rules: readonly Rule[]): readonly Context[] {
  const said = (variable: string): Said => {
    const term = terms.find((one) => one.variable === variable && one.is === "one-of");
    return term?.is === "one-of" ? term.patterns : undefined;
  };
  const fill = (patterns: Said, own: readonly string[]) =>
    (patterns ?? ["*"]).map((pattern) => specimen(pattern, own));
  const asks = (variable: string) => terms.some((term) => term.variable === variable);
  const branch = said("CI_COMMIT_BRANCH");
  const tag = said("CI_COMMIT_TAG");
  const request = said("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME");
  const types = asks("CI_COMMIT_TAG") ? ["tag"] : asks("CI_COMMIT_BRANCH") ? ["branch"] : ["branch", "tag"];
  const [first] = rules;
  const claims = Object.fromEntries(
    (first?.claims ?? []).map(({ name, values }) => {
      const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
      return [name, fill((variable === undefined ? undefined : said(variable)) ?? values, values)];
    }),
  );
  const entered = first?.environment;
  const protections = entered?.protected === undefined ? [true, false] : [entered.protected];
  return product({
    projects: projectsOf(
      (claim) =>
        claim === "project_id"
          ? said("CI_PROJECT_ID")
          : claim === "namespace_id"
            ? said("CI_PROJECT_NAMESPACE_ID")
            : undefined,
      rules,
      true,
    ),
    types,
    sources: said("CI_PIPELINE_SOURCE") ?? sourcesNear(rules),
    refs: fill(
      branch ?? tag ?? request,
      rules.flatMap((rule) => rule.refs ?? []),
    ),
    protections: (said("CI_COMMIT_REF_PROTECTED") ?? ["true", "false"]).map((text) => text === "true"),
    environments:
      entered === undefined
        ? [undefined]
        : protections.map((isProtected) => ({
            name: entered.name,
            protected: isProtected,
            tier: entered.tier ?? "other",
          })),
    claims,
    forks: rules.some(({ version }) => isAtLeast(version, 18, 4)),
  });
}

/** Claims that are facts of a context themselves; any other is free to have any value. */
const FACTS = new Set([
  "project_id",
  "namespace_id",
  "job_project_id",
  "job_namespace_id",
  "ref_type",
  "ref",
  "ref_path",
  "ref_protected",
  "pipeline_source",
  "environment",
  "environment_protected",
  "deployment_tier",
]);
