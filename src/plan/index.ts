// In:  a model.
// Out: a plan: roles, policies, requests and jobs, each decided and sorted once, each with its origin.
// Does not know: the manifest's text, YAML, HCL, shell, the disk.

import type { Model } from "../model/index.ts";
import type { EnvironmentPlan, Plan } from "./plan.ts";
import { planPolicy, planReads, takesOf } from "./reads.ts";
import { planRoles } from "./roles.ts";
import { planSecrets } from "./secrets.ts";

export { isAtLeast, OWN_PROJECT, Reference } from "../model/index.ts";
export { planJson } from "./json.ts";
export {
  type Cell,
  cellOf,
  type Column,
  environmentColumns,
  fillMatrix,
  grantsOf,
  type Line,
  type Matrix,
  pathColumns,
  viewOf,
} from "./matrix.ts";
export { nativeLimits } from "./native.ts";
export { type PlanProof, provePlan } from "./proof.ts";
export type * from "./plan.ts";
export type { JobValue, RenderedFile } from "../model/index.ts";

/** Where the manifest and the output folder lie, both seen from the repository's root. */
export interface Places {
  readonly manifest: string;
  readonly directory: string;
}

export function makePlan(model: Model, places: Places): Plan {
  return {
    ...places,
    targets: model.outputs.targets,
    token: model.token,
    vault: model.vault,
    who: describeScope(model),
    scope: model.gitlab.scope,
    environments: model.environments.map((environment): EnvironmentPlan => {
      const takes = new Map(environment.secrets.map((secret) => [secret, takesOf(secret)]));
      const policy = `${model.prefix}--${environment.name.toLowerCase()}`;
      return {
        name: environment.name,
        origin: environment.origin,
        hiddenJob: `.vault:${environment.name}`,
        gitlabEnvironment: environment.gitlabEnvironment,
        reader: environment.reader,
        roles: planRoles(model, environment, policy),
        policy: planPolicy(model, policy, environment.secrets),
        reads: planReads(environment.secrets, takes),
        leased: environment.secrets.some(({ leased }) => leased),
        secrets: planSecrets(environment.secrets, takes),
        files: environment.files,
        jobs: model.jobs
          .filter((job) => job.environments.includes(environment.name))
          .map((job) => ({ name: `${job.name}:${environment.name}`, body: job.body, origin: job.origin })),
      };
    }),
  };
}

function describeScope({ gitlab: { scope } }: Model): string {
  if (scope.kind === "group") return `projects directly in group ${scope.group.id} (${scope.group.path})`;
  const names = scope.projects.map(({ id, path }) => `${id} (${path})`);
  return `project${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
}
