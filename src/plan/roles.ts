import { boundClaims, combine, conditions, describe, type Rule, rulesOf } from "../access/index.ts";
import type { Environment, Model } from "../model/index.ts";
import type { RolePlan } from "./plan.ts";

/** The roles of one environment, in the order of the manifest's ref rules; `policy` is the environment's own. */
export function planRoles(model: Model, environment: Environment, policy: string): readonly RolePlan[] {
  const rules = combine(rulesOf(environment, model.gitlab));
  const names = nameRoles(policy, rules);
  return rules.map((rule, index) => ({
    name: names[index] ?? policy,
    because: describe(rule),
    conditions: conditions(rule),
    bound: boundClaims(rule),
    policies: [policy, ...model.vault.extraPolicies],
    ttl: environment.secrets.some(({ leased }) => leased) ? model.vault.leaseTtl : model.vault.tokenTtl,
    origins: rule.from.map(({ origin }) => origin),
  }));
}

/**
 * The role of the first ref rule has the environment's plain name; each further one adds what it is for. A name depends
 * on the first ref rule that the role serves, so that a rule added or removed elsewhere leaves it alone.
 */
function nameRoles(base: string, rules: readonly Rule[]): readonly string[] {
  const taken = new Set<string>();
  return rules.map((rule, index) => {
    let name = index === 0 ? base : `${base}--${slug(rule)}`;
    // Two patterns may look alike once their special characters are gone: the later one says which it is.
    if (taken.has(name)) name = `${name}-${fingerprint(JSON.stringify(boundClaims(rule)))}`;
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
    .replace(/^[-.]+/, "")
    .slice(0, 40)
    .replace(/[-.]+$/, "");
  return `${protection}${first?.kind ?? "ref"}${ref === undefined || ref === "" ? "" : `-${ref}`}`;
}

/** Eight hexadecimal digits of a text (FNV-1a): tells names apart, protects nothing. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
