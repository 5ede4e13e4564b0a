import type { Plan } from "./plan.ts";
import type { PlanProof } from "./proof.ts";

/** The plan for programs, as plan.schema.json describes it. `files` are the artifacts' paths below `directory`. */
export function planJson(plan: Plan, files: readonly string[], proof: PlanProof): unknown {
  return {
    schema_version: 1,
    manifest: plan.manifest,
    directory: plan.directory,
    who: plan.who,
    proof: { contexts: proof.contexts },
    token: {
      variable: plan.token.variable,
      mechanism: plan.token.kind === "id-token" ? "id_tokens" : "predefined",
      issuer: plan.token.issuer,
      audience: plan.token.audience ?? null,
    },
    vault: {
      url: plan.vault.url,
      namespace: plan.vault.namespace ?? null,
      auth_mount: plan.vault.authMount,
      token_ttl_seconds: plan.vault.tokenTtl,
      token_type: plan.vault.tokenType,
    },
    environments: plan.environments.map((environment) => ({
      name: environment.name,
      origin: environment.origin,
      gitlab_environment: environment.gitlabEnvironment?.name ?? null,
      roles: environment.roles.map((role) => ({
        name: role.name,
        because: role.because,
        origins: role.origins,
        rules_if: role.conditions,
        bound_claims_type: role.bound.type,
        bound_claims: role.bound.claims,
        token_policies: role.policies,
        token_ttl_seconds: role.ttl,
      })),
      policy: {
        name: environment.policy.name,
        paths: environment.policy.grants.map((grant) => ({
          path: grant.path,
          capabilities: grant.capabilities,
          for: grant.for,
        })),
      },
      requests: environment.reads.map(({ path, shape, takes }) => ({
        path,
        method: shape === "post" ? "POST" : "GET",
        takes: takes.map(({ variable, as, field, base64, optional, sensitive }) => ({
          variable,
          as,
          field: field ?? null,
          base64,
          optional,
          sensitive,
        })),
      })),
      jobs: [
        { name: environment.hiddenJob, hidden: true, origin: environment.origin },
        ...environment.jobs.map(({ name, origin }) => ({ name, hidden: false, origin })),
      ],
    })),
    files,
  };
}
