import type { Model } from "../../model/index.ts";
import { grantsOf, OWN_PROJECT, type Plan } from "../../plan/index.ts";

/** One thing that a token can be tried on. */
export interface Operation {
  /** In words: `secret/data/x`, or `update pki/issue/x`. */
  readonly name: string;
  readonly capability: "read" | "update";
  readonly path: string;
}

export interface Mounting {
  readonly path: string;
  readonly version: 1 | 2;
}

/** Everything that some environment's policy grants to a token of one of these projects. */
export function operationsOf(plan: Plan, projects: readonly string[]): readonly Operation[] {
  const found = new Map<string, Operation>();
  for (const environment of plan.environments)
    for (const project of projects)
      for (const operation of grantedBy(environment, project)) found.set(operation.name, operation);
  return [...found.values()];
}

/** A path with the project in it is another one for each project. */
export function grantedBy(environment: Plan["environments"][number], project: string): readonly Operation[] {
  return grantsOf(environment).flatMap(({ path: written, capabilities }) => {
    const path = written.replaceAll(OWN_PROJECT, project);
    return capabilities.flatMap((capability): Operation[] => {
      if (capability === "read") return [{ name: path, capability, path }];
      return capability === "update" ? [{ name: `update ${path}`, capability, path }] : [];
    });
  });
}

/** Beside every path one that nobody was given: a policy with a wildcard too many would read it. */
export function neighboursOf(operations: readonly Operation[]): readonly Operation[] {
  const taken = new Set(operations.map(({ path }) => path));
  return [...taken]
    .map((path) => `${path}-beside`)
    .filter((path) => !taken.has(path))
    .map((path) => ({ name: path, capability: "read", path }));
}

/**
 * What stands for each mount: KV of the right version, and KV v1 for any engine that needs a real system behind it
 * (database, aws, pki, …). Roles and policies cannot tell the difference.
 */
export function mountsOf({ environments }: Model): readonly Mounting[] {
  const found = new Map<string, Mounting>();
  for (const { secrets } of environments)
    for (const { mount } of secrets)
      found.set(mount.path, { path: mount.path, version: mount.engine === "kv-v2" ? 2 : 1 });
  return [...found.values()];
}
