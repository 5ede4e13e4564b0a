import render from "../../../templates/vault/setup.sh.hbs";
import type { Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { header } from "../text/header.ts";
import { policyText } from "./policy.ts";
import { authConfigText, roleText } from "./role.ts";

/** The Vault half: policies, roles, the auth method's configuration, and a script that applies them. */
export function emitVault(plan: Plan): readonly Artifact[] {
  const policies = plan.environments.map((environment) => ({
    path: `vault/policies/${environment.policy.name}.hcl`,
    text: policyText(plan, environment),
  }));
  const roles = plan.environments.flatMap((environment) =>
    environment.roles.map((role) => ({ path: `vault/roles/${role.name}.json`, text: roleText(plan, role) })),
  );
  const setup = render({
    header: header(plan.manifest),
    address: plan.vault.url,
    namespace: plan.vault.namespace ?? "",
    mount: plan.vault.authMount,
    policies: plan.environments.map(({ policy }) => policy.name),
    roles: plan.environments.flatMap((environment) => environment.roles.map(({ name }) => name)),
  });
  return [
    { path: "vault/auth-config.json", text: authConfigText(plan) },
    ...policies,
    ...roles,
    { path: "vault/setup.sh", text: setup, executable: true },
  ].map((file) => ({ ...file, ownership: "generated" }));
}
