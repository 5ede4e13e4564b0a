import render from "../../../templates/vault/policy.hcl.hbs";
import { type EnvironmentPlan, OWN_PROJECT, type Plan } from "../../plan/index.ts";
import { header } from "../text/header.ts";

/** Stands for the accessor of the auth method, which only the server knows; setup.sh puts it in. */
export const ACCESSOR = "@ACCESSOR@";

/** The token's project: the name of its entity's alias is the role's `user_claim`, `project_id`. */
const TOKENS_PROJECT = `{{identity.entity.aliases.${ACCESSOR}.name}}`;

export function needsAccessor({ policy }: EnvironmentPlan): boolean {
  return policy.grants.some(({ path }) => path.includes(OWN_PROJECT));
}

/** An environment's policy: exactly the paths it declares, each with the variables that need it. */
export function policyText(plan: Plan, environment: EnvironmentPlan): string {
  return render({
    header: header(plan.manifest),
    about: `What jobs of the environment ${environment.name} may do. Nothing else is allowed.`,
    grants: environment.policy.grants.map((grant) => ({
      path: grant.path.replaceAll(OWN_PROJECT, TOKENS_PROJECT),
      capabilities: grant.capabilities,
      reason: grant.for.join(", "),
    })),
  });
}
