import {
  describeContext,
  type EmittedRole,
  type Finding,
  prove,
  type Rule,
  rulesOf,
  type Verdict,
} from "../access/index.ts";
import { atValue, type Diagnostic, report } from "../diagnostics/index.ts";
import type { Environment, Model } from "../model/index.ts";
import { sameNames, sharedPaths } from "./collisions.ts";
import { limits } from "./limits.ts";
import { viewOf } from "./matrix.ts";
import type { EnvironmentPlan, Plan, RolePlan } from "./plan.ts";

export interface PlanProof {
  readonly diagnostics: readonly Diagnostic[];
  /** How many contexts were looked at. */
  readonly contexts: number;
}

/**
 * Does the plan say what the manifest says? Every job can log in, no role reaches an environment's secrets from
 * elsewhere than its refs, no two environments share a path by accident. Needs no server.
 */
export function provePlan(model: Model, plan: Plan): PlanProof {
  const diagnostics: Diagnostic[] = [];
  let contexts = 0;
  const planned = new Map(plan.environments.map((one) => [one.name, one]));
  const holders = rolesByPolicy(plan);
  for (const environment of model.environments) {
    const one = planned.get(environment.name);
    if (one === undefined) continue;
    const rules = rulesOf(environment, model.gitlab);
    const proof = prove(rules, rolesThatRead(one, plan, holders), plan.token.audience);
    contexts += proof.contexts;
    diagnostics.push(
      ...withoutEchoes(proof.findings).map((finding) => explain(finding, environment, rules)),
      ...limits(environment, model.gitlab),
    );
  }
  diagnostics.push(...sharedPaths(model), ...sameNames(plan));
  return { diagnostics, contexts };
}

/** The environment's own roles, and any other whose tokens get its policy: `vault.token.policies` can do that. */
function rolesThatRead(
  environment: EnvironmentPlan,
  plan: Plan,
  holders: ReadonlyMap<string, readonly RolePlan[]>,
): readonly EmittedRole[] {
  const own = new Set(environment.roles);
  const others = (holders.get(environment.policy.name) ?? []).filter((role) => !own.has(role));
  return [
    ...environment.roles.map((role) => ({ ...viewOf(role, plan.token), conditions: role.conditions })),
    ...others.map((role) => ({ ...viewOf(role, plan.token), conditions: [] })),
  ];
}

/** Vault lower-cases the names of policies. */
function rolesByPolicy(plan: Plan): ReadonlyMap<string, readonly RolePlan[]> {
  const holders = new Map<string, RolePlan[]>();
  for (const role of plan.environments.flatMap(({ roles }) => roles)) {
    for (const policy of new Set(role.policies.map((name) => name.toLowerCase()))) {
      const list = holders.get(policy) ?? [];
      holders.set(policy, list);
      list.push(role);
    }
  }
  return holders;
}

/** A rule that nothing satisfies makes a role that nothing satisfies: the rule is what people wrote. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const byRule = findings.some((finding) => finding.kind === "impossible" && finding.rule !== undefined);
  return findings.filter((finding) => !byRule || finding.kind !== "impossible" || finding.rule !== undefined);
}

function explain(finding: Finding, environment: Environment, rules: readonly Rule[]): Diagnostic {
  const place = atValue([...environment.origin, "refs"]);
  const { name } = environment;
  switch (finding.kind) {
    case "over-open":
      return report("access/over-open", place, `secrets of \`${name}\` can be read from outside these refs`, {
        notes: [`for example from: ${describeContext(finding.context)}`, `by the role ${finding.role}`],
        help: `give no other role the policy of \`${name}\`; if none has it, this is a bug: please report it`,
      });
    case "denied":
      return report("access/dead", place, `a job of \`${name}\` would run and could not log in`, {
        notes: [
          `for example in: ${describeContext(finding.context)}`,
          `the role ${finding.role} wants ${finding.because.map(wants).join(", and ")}`,
        ],
        help: "make `claims` and `refs` agree",
      });
    case "absent":
      return report("access/dead", place, `no job of \`${name}\` would run where these refs allow it`, {
        notes: [`for example in: ${describeContext(finding.context)}`],
        help: "make `claims` and `refs` agree",
      });
    case "impossible": {
      const index = finding.rule === undefined ? -1 : rules.indexOf(finding.rule);
      const at = atValue(environment.refs[index]?.origin ?? [...environment.origin, "refs"]);
      return report("access/dead", at, `nothing can ever log in as \`${name}\` by this rule`, {
        notes: [
          "no token has all that `refs`, `sources`, `gitlab_environment` and `claims` ask for together",
        ],
        help: "remove the rule, or what contradicts it",
      });
    }
    case "unreadable":
      return report("access/dead", place, `an expression of \`${name}\` cannot be checked`, {
        notes: [`the role ${finding.role}`],
        help: "this is a bug: please report it",
      });
    default:
      return finding satisfies never;
  }
}

function wants({ claim, wanted, actual }: Verdict): string {
  const value = wanted.map(String).join(" or ");
  return actual === undefined ? `${claim} = ${value}, which the token lacks` : `${claim} = ${value}`;
}
