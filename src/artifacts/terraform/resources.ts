import type { EnvironmentPlan, Plan, RolePlan } from "../../plan/index.ts";
import { resourceName } from "../text/terraform.ts";
import { policyText } from "../vault/policy.ts";
import { authConfig } from "../vault/role.ts";
import { claimAttributes } from "./claims.ts";

/** The name of the one auth method. */
export const BACKEND = "jwt";

/**
 * The auth method. No `description`: changing it would replace the mount, and with it every role of every project.
 * For the same reason Terraform may not destroy it.
 */
export function authBackend(plan: Plan): object {
  return {
    ...inNamespace(plan),
    path: plan.vault.authMount,
    type: "jwt",
    ...authConfig(plan),
    lifecycle: { prevent_destroy: true },
  };
}

export function policyOf(plan: Plan, environment: EnvironmentPlan) {
  const { name } = environment.policy;
  return {
    id: resourceName(name),
    body: { ...inNamespace(plan), name, policy: policyText(plan, environment) },
  };
}

/** A role by the provider's rules: times are whole seconds, and what reads back in another form is written in that one. */
export function roleOf(plan: Plan, role: RolePlan) {
  const { vault, token } = plan;
  const body = {
    ...inNamespace(plan),
    backend: vault.authMount,
    role_name: role.name,
    role_type: "jwt",
    user_claim: vault.userClaim,
    user_claim_json_pointer: false,
    bound_audiences: token.audience === undefined ? [] : [token.audience],
    bound_subject: "",
    ...claimAttributes(role),
    groups_claim: "",
    expiration_leeway: 0,
    not_before_leeway: 0,
    clock_skew_leeway: 0,
    // The server lower-cases the names of policies.
    token_policies: role.policies.map((name) => name.toLowerCase()),
    token_no_default_policy: true,
    token_type: vault.tokenType,
    token_ttl: role.ttl,
    token_max_ttl: role.ttl,
    token_explicit_max_ttl: role.ttl,
    token_period: 0,
    token_num_uses: 0,
    // The server gives a single address back without its length, and Terraform would see a change for ever.
    token_bound_cidrs: vault.boundCidrs.map((range) =>
      range.replace(/^([\d.]+)\/32$|^([\da-f:]+)\/128$/i, "$1$2"),
    ),
  };
  return { id: resourceName(role.name), body, after: [`vault_jwt_auth_backend.${BACKEND}`] };
}

function inNamespace({ vault }: Plan): { readonly namespace?: string } {
  return vault.namespace === undefined ? {} : { namespace: vault.namespace };
}
