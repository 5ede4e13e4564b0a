import type { Plan, RolePlan } from "../../plan/index.ts";

/**
 * A role as the API takes it (`POST auth/<mount>/role/<name>`). Every field that matters is written out, empty ones
 * too: a write leaves absent fields as they were, so what is not said here could be anything.
 */
export function roleText(plan: Plan, role: RolePlan): string {
  const { vault, token } = plan;
  const fields = {
    role_type: "jwt",
    user_claim: vault.userClaim,
    user_claim_json_pointer: false,
    bound_audiences: token.audience === undefined ? [] : [token.audience],
    bound_subject: "",
    bound_claims_type: role.bound.type,
    bound_claims: role.bound.claims,
    claim_mappings: {},
    groups_claim: "",
    expiration_leeway: 0,
    not_before_leeway: 0,
    clock_skew_leeway: 0,
    token_policies: role.policies,
    token_no_default_policy: true,
    token_type: vault.tokenType,
    token_ttl: role.ttl,
    token_max_ttl: role.ttl,
    token_explicit_max_ttl: role.ttl,
    token_period: 0,
    token_num_uses: 0,
    token_bound_cidrs: vault.boundCidrs,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** The auth method's configuration (`POST auth/<mount>/config`), which replaces the whole of the old one. */
export function authConfig({ vault, token }: Plan) {
  const { keys } = vault;
  return {
    bound_issuer: token.issuer,
    ...(keys.kind === "jwks" ? { jwks_url: keys.url } : {}),
    ...(keys.kind === "discovery" ? { oidc_discovery_url: keys.url } : {}),
    ...(keys.kind === "pem" ? { jwt_validation_pubkeys: keys.keys } : {}),
    // GitLab signs with RS256 (lib/gitlab/ci/jwt_base.rb). A job must name its role, so there is no default one.
    jwt_supported_algs: ["RS256"],
    default_role: "",
  };
}
