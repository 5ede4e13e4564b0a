import fc from "fast-check";

import { type Context, contextsOfRole, boundClaims } from "../../src/access/index.ts";
import { context, type RuleSet, ruleSet, rulesIn } from "../access/arbitrary.ts";

export interface Pair {
  readonly set: RuleSet;
  readonly facts: Context;
}

export interface Draw {
  readonly set: RuleSet;
  readonly contexts: readonly Context[];
}

/** Rule sets, each with contexts: a third at random, a third that it should admit, a third that differ in one fact. */
export function draw(pairs: number, each: number, seed: number): readonly Draw[] {
  const size = Math.ceil(pairs / each);
  const sets = fc.sample(ruleSet({ most: 4 }), { numRuns: size, seed });
  const random = fc.sample(context, { numRuns: size * each, seed: seed + 1 });
  const dice = fc.sample(fc.nat({ max: 1 << 30 }), { numRuns: size * each, seed: seed + 2 });
  return sets.map((set, index) => {
    const near = admitted(set);
    const contexts = Array.from({ length: each }, (_, at): Context => {
      const any = random[index * each + at];
      const roll = dice[index * each + at] ?? 0;
      if (any === undefined) throw new Error("no context was drawn");
      const base = near[roll % Math.max(near.length, 1)];
      if (at % 3 === 0 || base === undefined) return any;
      return at % 3 === 1 ? base : withOneOf(base, any, roll >> 8);
    });
    return { set, contexts };
  });
}

/** Contexts that a role of the set should admit. Those that only wildcards of ids make are no real ones. */
function admitted(set: RuleSet): readonly Context[] {
  const rules = rulesIn(set);
  return rules
    .flatMap((rule) => {
      const { type, claims } = boundClaims(rule);
      return contextsOfRole(
        { name: "", bound_claims_type: type, bound_claims: claims, bound_audiences: [], token_policies: [] },
        rules,
      );
    })
    .slice(0, 200)
    .map((facts) => ({
      ...facts,
      // Every token names a user.
      claims: { user_login: "mallory", user_id: "66", ...facts.claims },
    }));
}

/** `base` with one fact of the other. */
function withOneOf(base: Context, other: Context, roll: number): Context {
  switch (roll % 6) {
    case 0:
      return { ...base, ref: other.ref };
    case 1:
      return { ...base, protected: other.protected };
    case 2:
      return { ...base, project: other.project };
    case 3: {
      const { fork: _, ...rest } = base;
      const fork = other.fork === undefined || other.fork.id === base.project.id ? {} : { fork: other.fork };
      return { ...rest, kind: other.kind, source: other.source, ...fork };
    }
    case 4: {
      const { environment: _, ...rest } = base;
      return { ...rest, ...(other.environment === undefined ? {} : { environment: other.environment }) };
    }
    default:
      return { ...base, claims: { ...base.claims, ...other.claims } };
  }
}
