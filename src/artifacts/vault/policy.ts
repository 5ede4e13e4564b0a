import render from "../../../templates/vault/policy.hcl.hbs";
import type { EnvironmentPlan, Plan } from "../../plan/index.ts";
import { header } from "../text/header.ts";

/** An environment's policy: exactly the paths it declares, each with the variables that need it. */
export function policyText(plan: Plan, environment: EnvironmentPlan): string {
  return render({
    header: header(plan.manifest),
    about: `What jobs of the environment ${environment.name} may do. Nothing else is allowed.`,
    grants: environment.policy.grants.map((grant) => ({
      path: grant.path,
      capabilities: grant.capabilities,
      reason: grant.for.join(", "),
    })),
  });
}
