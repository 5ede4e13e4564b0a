import { admits, matches } from "../../access/index.ts";
import {
  type Cell,
  cellOf,
  environmentColumns,
  type Line,
  type Matrix,
  type Plan,
  viewOf,
} from "../../plan/index.ts";
import type { Observation } from "./observe.ts";
import { grantedBy, type Operation } from "./operations.ts";

/** Something that the server did and that the manifest does not say, or the other way round. */
export interface Difference {
  readonly context: string;
  /** The environment whose secrets it is about; absent: no environment's. */
  readonly environment?: string;
  readonly text: string;
}

export interface Comparison {
  readonly matrix: Matrix;
  readonly differences: readonly Difference[];
}

/** The same thing wrong in many contexts is one thing to repair: each once, with its first context. */
export function distinct(
  differences: readonly Difference[],
): readonly (Difference & { readonly more: number })[] {
  const found = new Map<string, Difference & { more: number }>();
  for (const difference of differences) {
    const known = found.get(difference.text);
    if (known === undefined) found.set(difference.text, { ...difference, more: 0 });
    else known.more++;
  }
  return [...found.values()];
}

/**
 * What was observed, as a matrix, and where it differs from what the plan predicts. `shown` says which contexts get a
 * line even if nothing is wrong with them.
 */
export function compare(
  plan: Plan,
  operations: readonly Operation[],
  observations: readonly Observation[],
  shown: (id: string) => boolean,
): Comparison {
  const differences = observations.flatMap((observation) => differencesOf(plan, operations, observation));
  const wrong = new Set(distinct(differences).map(({ context }) => context));
  const lines = observations
    .filter(({ row }) => shown(row.id) || wrong.has(row.id))
    .map((observation) => lineOf(plan, observation));
  return { matrix: { columns: environmentColumns(plan), lines }, differences };
}

function lineOf(plan: Plan, { row, payload, roles }: Observation): Line {
  const cells = plan.environments.map((environment): Cell => {
    const predicted = cellOf(
      environment.roles.map((role) => viewOf(role, plan.token)),
      payload,
    );
    const wanted = grantedBy(environment, projectOf(payload)).map(({ name }) => name);
    const [role] = [...roles].find(([, able]) => wanted.every((name) => able.has(name))) ?? [];
    if (role === undefined)
      return predicted.role === undefined ? predicted : { deniedBy: [], mark: "should be yes" };
    return { role, deniedBy: [], ...(predicted.role === undefined ? { mark: "should be no" } : {}) };
  });
  return { row, cells };
}

function differencesOf(
  plan: Plan,
  operations: readonly Operation[],
  { row, payload, roles }: Observation,
): readonly Difference[] {
  const predicted = predict(plan, payload);
  const found: Difference[] = [];
  const say = (environment: string | undefined, text: string) =>
    found.push({ context: row.id, ...(environment === undefined ? {} : { environment }), text });
  const told = new Set<string>();
  for (const { name, capability } of operations) {
    const [actual] = [...roles].find(([, able]) => able.has(name)) ?? [];
    const expected = predicted.operations.get(name);
    const owner = plan.environments.find((one) => owns(one, name));
    const verb = capability === "read" ? `read ${name}` : name;
    const whose = owner === undefined ? "which the manifest does not name" : `of ${owner.name}`;
    if (actual !== undefined && expected === undefined) {
      say(owner?.name, `can ${verb} (${whose}) by the role ${actual}, and should not`);
      told.add(actual);
    }
    if (actual === undefined && expected !== undefined) {
      say(owner?.name, `cannot ${verb} (${whose}), and should by the role ${expected}`);
      told.add(expected);
    }
  }
  for (const name of new Set([...roles.keys(), ...predicted.roles])) {
    if (told.has(name) || roles.has(name) === predicted.roles.has(name)) continue;
    const owner = plan.environments.find((one) => one.roles.some((role) => role.name === name));
    say(
      owner?.name,
      roles.has(name) ? `logs in as ${name}, and should not` : `cannot log in as ${name}, and should`,
    );
  }
  return found;
}

/** Is the operation one of the environment's, for whichever project? */
function owns(environment: Plan["environments"][number], name: string): boolean {
  return grantedBy(environment, "*").some((operation) => matches(operation.name, name));
}

const projectOf = (payload: Observation["payload"]) => String(payload["project_id"]);

/** Which roles take the token by the plan, and what their policies then grant: operation -> role. */
function predict(plan: Plan, payload: Observation["payload"]) {
  const roles = new Set<string>();
  const operations = new Map<string, string>();
  for (const role of plan.environments.flatMap((environment) => environment.roles)) {
    if (!admits(viewOf(role, plan.token), payload)) continue;
    roles.add(role.name);
    for (const environment of plan.environments) {
      if (!role.policies.some((name) => name.toLowerCase() === environment.policy.name)) continue;
      for (const { name } of grantedBy(environment, projectOf(payload)))
        if (!operations.has(name)) operations.set(name, role.name);
    }
  }
  return { roles, operations };
}
