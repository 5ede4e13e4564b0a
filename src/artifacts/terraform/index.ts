import { posix } from "node:path";
import type { Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { header } from "../text/header.ts";
import { literals } from "../text/terraform.ts";
import { authBackend, BACKEND, policyOf, roleOf } from "./resources.ts";

export { terraformLimits } from "./limits.ts";

/** The Vault half as a Terraform module: `.tf.json`, since JSON needs no quoting rules of its own. */
export function emitTerraform(plan: Plan): readonly Artifact[] {
  const policies = plan.environments.map((environment) => policyOf(plan, environment));
  const roles = plan.environments.flatMap(({ roles: own }) => own.map((role) => roleOf(plan, role)));
  const files: Readonly<Record<string, object>> = {
    "main.tf.json": {
      terraform: {
        required_version: ">= 1.5",
        // 4.0 knows all that is written here; the next major one may not.
        required_providers: { vault: { source: "hashicorp/vault", version: ">= 4.0.0, < 6.0.0" } },
      },
      variable: {
        manage_auth_backend: {
          type: "bool",
          default: true,
          description:
            "Whether this module owns the JWT auth method; false where another one does, or a person.",
        },
      },
      resource: {
        vault_jwt_auth_backend: {
          [BACKEND]: {
            count: "${var.manage_auth_backend ? 1 : 0}",
            ...(literals(authBackend(plan)) as object),
          },
        },
      },
    },
    "policies.tf.json": {
      resource: { vault_policy: Object.fromEntries(policies.map(({ id, body }) => [id, literals(body)])) },
    },
    "roles.tf.json": {
      resource: {
        vault_jwt_auth_backend_role: Object.fromEntries(
          roles.map(({ id, body, after }) => [id, { ...(literals(body) as object), depends_on: after }]),
        ),
      },
    },
    // In a folder of its own, because Terraform fails to import what does not exist.
    "import/imports.tf.json": {
      import: [
        { to: `vault_jwt_auth_backend.${BACKEND}[0]`, id: literals(plan.vault.authMount) },
        ...policies.map(({ id, body }) => ({ to: `vault_policy.${id}`, id: literals(body.name) })),
        ...roles.map(({ id, body }) => ({
          to: `vault_jwt_auth_backend_role.${id}`,
          id: literals(`auth/${plan.vault.authMount}/role/${body.role_name}`),
        })),
      ],
    },
  };
  return Object.entries(files).map(([name, data]) => ({
    path: posix.join("terraform", name),
    // Terraform skips the key `//`: the one comment that its JSON has.
    text: `${JSON.stringify({ "//": header(plan.manifest), ...data }, null, 2)}\n`,
    ownership: "generated",
  }));
}
