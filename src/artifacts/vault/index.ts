import render from "../../../templates/vault/setup.sh.hbs";
import type { Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { header } from "../text/header.ts";
import { needsAccessor, policyText } from "./policy.ts";
import { authConfig, roleText } from "./role.ts";

/** The Vault half: policies, roles, the auth method's configuration, and a script that applies them. */
export function emitVault(plan: Plan): readonly Artifact[] {
  return serverHalf(plan, "vault", authConfig(plan));
}

/**
 * The same for a server that is OpenBao for certain, which then need not reach GitLab while it is set up: without keys
 * it lets nobody in, and it fetches them at a login (`skip_jwks_validation`, OpenBao 2.3). Vault ignores the field.
 */
export function emitOpenbao(plan: Plan): readonly Artifact[] {
  const fetches = plan.vault.keys.kind !== "pem";
  return serverHalf(plan, "openbao", {
    ...authConfig(plan),
    ...(fetches ? { skip_jwks_validation: true } : {}),
  });
}

function serverHalf(plan: Plan, folder: "vault" | "openbao", config: object): readonly Artifact[] {
  const policies = plan.environments.map((environment) => ({
    path: `${folder}/policies/${environment.policy.name}.hcl`,
    text: policyText(plan, environment),
  }));
  const roles = plan.environments.flatMap((environment) =>
    environment.roles.map((role) => ({
      path: `${folder}/roles/${role.name}.json`,
      text: roleText(plan, role),
    })),
  );
  const setup = render({
    header: header(plan.manifest),
    address: plan.vault.url,
    namespace: plan.vault.namespace ?? "",
    mount: plan.vault.authMount,
    perProject: plan.environments.some(needsAccessor),
    policies: plan.environments.map(({ policy }) => policy.name),
    roles: plan.environments.flatMap((environment) => environment.roles.map(({ name }) => name)),
  });
  return [
    { path: `${folder}/auth-config.json`, text: `${JSON.stringify(config, null, 2)}\n` },
    ...policies,
    ...roles,
    { path: `${folder}/setup.sh`, text: setup, executable: true },
  ].map((file) => ({ ...file, ownership: "generated" }));
}
