import { holds, readCondition, type Term } from "./condition.ts";
import { allows, claimsOf, type Context } from "./context.ts";
import { boundClaims } from "./claims.ts";
import { admits, judge, type RoleView, type Verdict } from "./role.ts";
import type { Rule } from "./rule.ts";
import { contextsOfCondition, contextsOfRole } from "./witness.ts";

/** A role as the proof sees it: the emitted texts, and nothing of the rule that they came from. */
export interface EmittedRole extends RoleView {
  /** The job takes the role where one of these is true; none for a role that the environment's jobs do not take. */
  readonly conditions: readonly string[];
}

export type Finding =
  /** The role admits a context that the manifest does not allow. */
  | { readonly kind: "over-open"; readonly role: string; readonly context: Context }
  /** A job runs here and cannot log in. */
  | {
      readonly kind: "denied";
      readonly role: string;
      readonly context: Context;
      readonly because: readonly Verdict[];
    }
  /** The manifest allows this context, and no job runs in it. */
  | { readonly kind: "absent"; readonly rule: Rule; readonly context: Context }
  /** No context can satisfy the role, or the rule. */
  | { readonly kind: "impossible"; readonly role?: string; readonly rule?: Rule }
  | { readonly kind: "unreadable"; readonly role: string; readonly condition: string };

export interface Proof {
  readonly findings: readonly Finding[];
  /** How many contexts were looked at; each stands for all that differ from it in nothing that any text names. */
  readonly contexts: number;
}

/**
 * Compares what was emitted for one environment with the manifest's rules, without a server. Complete: wherever a job
 * runs, its role admits it. Sound: whatever a role admits, some rule allows. At most one finding of a kind per role.
 */
export function prove(
  rules: readonly Rule[],
  roles: readonly EmittedRole[],
  /** What the jobs' tokens carry as `aud`. */
  audience?: string,
): Proof {
  const version = rules[0]?.version ?? { major: 17, minor: 0 };
  const tokenOf = (context: Context) => {
    const claims = claimsOf(context, version);
    return audience === undefined ? claims : Object.assign(claims, { aud: audience });
  };
  const findings: Finding[] = [];
  let contexts = 0;
  const look = (list: readonly Context[]) => {
    contexts += list.length;
    return list;
  };
  const read = roles.map((role) => ({ role, conditions: readAll(role, findings) }));
  const taken = (context: Context) =>
    read.find(({ conditions }) => conditions.some((terms) => holds(terms, context)))?.role;
  for (const { role, conditions } of read) {
    const open = look(contextsOfRole(role, rules)).filter((context) => admits(role, tokenOf(context)));
    if (open.length === 0) findings.push({ kind: "impossible", role: role.name });
    const outside = open.find((context) => !rules.some((rule) => allows(rule, context)));
    if (outside !== undefined) findings.push({ kind: "over-open", role: role.name, context: outside });
    const denied = conditions
      .flatMap((terms) => look(contextsOfCondition(terms, rules)).filter((context) => holds(terms, context)))
      .find((context) => {
        const chosen = taken(context);
        return chosen !== undefined && !admits(chosen, tokenOf(context));
      });
    const chosen = denied && taken(denied);
    if (denied === undefined || chosen === undefined) continue;
    const because = judge(chosen, tokenOf(denied)).filter(({ result }) => result !== "ok");
    findings.push({ kind: "denied", role: chosen.name, context: denied, because });
  }
  for (const rule of rules) {
    const allowed = look(contextsOfRule(rule)).filter((context) => allows(rule, context));
    if (allowed.length === 0) findings.push({ kind: "impossible", rule });
    const absent = allowed.find((context) => taken(context) === undefined && context.fork === undefined);
    if (absent !== undefined) findings.push({ kind: "absent", rule, context: absent });
  }
  return { findings, contexts };
}

function readAll(role: EmittedRole, findings: Finding[]): readonly (readonly Term[])[] {
  return role.conditions.flatMap((condition) => {
    const terms = readCondition(condition);
    if (terms !== undefined) return [terms];
    findings.push({ kind: "unreadable", role: role.name, condition });
    return [];
  });
}

function contextsOfRule(rule: Rule): readonly Context[] {
  const { type, claims } = boundClaims(rule);
  return contextsOfRole(
    { name: "", bound_claims_type: type, bound_claims: claims, bound_audiences: [], token_policies: [] },
    [rule],
  );
}
