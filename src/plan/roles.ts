import { boundClaims, combine, expression, type Rule, rulesOf } from "../access/index.ts";
import type { Environment, Model } from "../model/index.ts";
import type { RolePlan } from "./plan.ts";

/** The roles of one environment, in the order of the manifest's ref rules; `policy` is the environment's own. */
export function planRoles(model: Model, environment: Environment, policy: string): readonly RolePlan[] {
  const rules = combine(rulesOf(environment, model.gitlab.scope));
  const names = nameRoles(policy, rules);
  return rules.map((rule, index) => ({
    name: names[index] ?? policy,
    because: describe(rule),
    condition: expression(rule),
    bound: boundClaims(rule),
    policies: [policy, ...model.vault.extraPolicies],
    origins: rule.from.map(({ origin }) => origin),
  }));
}

/**
 * The first rule's role has the environment's plain name; each further one adds what it is for. A name depends on its
 * own rule only, so that a rule added or removed below leaves the others alone.
 */
function nameRoles(base: string, rules: readonly Rule[]): readonly string[] {
  const taken = new Set<string>();
  return rules.map((rule, index) => {
    let name = index === 0 ? base : `${base}--${slug(rule)}`;
    // Two patterns may look alike once their special characters are gone.
    for (let twin = 2; taken.has(name); twin++) name = `${base}--${slug(rule)}-${twin}`;
    taken.add(name);
    return name;
  });
}

function slug(rule: Rule): string {
  const [first] = rule.from;
  const protection = first?.protected === undefined ? "" : first.protected ? "protected-" : "unprotected-";
  const ref = first?.pattern
    ?.toLowerCase()
    .replaceAll("*", "x")
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 40);
  return `${protection}${rule.kind}${ref === undefined || ref === "" ? "" : `-${ref}`}`;
}

/** `protected tag v*`, `branch main or develop`: for comments and for `plan`. */
export function describe(rule: Rule): string {
  const protection = rule.protected === undefined ? "" : rule.protected ? "protected " : "unprotected ";
  const kind = rule.kind === "merge-request" ? "merge request of the project itself" : rule.kind;
  const refs = rule.refs === undefined ? "" : ` ${rule.refs.join(" or ")}`;
  const article = rule.refs === undefined && rule.kind !== "merge-request" ? "any " : "";
  return `${article}${protection}${kind}${refs}`;
}
