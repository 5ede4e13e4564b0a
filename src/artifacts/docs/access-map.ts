import render from "../../../templates/docs/access-map.html.hbs";
import type { Plan } from "../../plan/index.ts";
import { header } from "../text/header.ts";
import { factsOf, startsOf } from "./facts.ts";
import { variableOf } from "./overview.ts";

/** access-map.html: the roles as data, and a page that judges them as Vault would. One file, no request. */
export function accessMapText(plan: Plan): string {
  return render({
    header: header(plan.manifest),
    who: plan.who,
    manifest: plan.manifest,
    server: plan.vault.url,
    data: {
      environments: plan.environments.map(({ name, policy, roles, secrets }) => ({
        name,
        policy: policy.name,
        roles: roles.map((role) => ({
          name: role.name,
          because: role.because,
          bound_claims_type: role.bound.type,
          bound_claims: role.bound.claims,
          // The server lower-cases the names of policies.
          token_policies: role.policies.map((one) => one.toLowerCase()),
        })),
        secrets: secrets.map((secret) => ({
          name: secret.name,
          description: secret.description ?? "",
          path: secret.path,
          variables: secret.takes.map((take) => variableOf(take).slice(1)),
        })),
      })),
      facts: factsOf(plan),
      starts: startsOf(plan),
    },
  });
}
