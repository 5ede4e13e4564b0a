import type { EnvironmentPlan, JobValue, Plan } from "../../plan/index.ts";
import { line } from "../text/quote.ts";

/**
 * GitLab's `secrets:` keyword in its long form (the short one is split before variables are expanded), with `file`
 * always said, since the runner's default is a file. The guards are the only sign when a GitLab without the licence
 * leaves the secrets out without a word.
 */
export function nativeKeys(plan: Plan, environment: EnvironmentPlan): Record<string, JobValue> {
  const { vault, token } = plan;
  const secrets: Record<string, JobValue> = {};
  const guards = [`# Vault, read by the runner: are they there? (for ${line(environment.name)})`];
  for (const secret of environment.secrets) {
    for (const take of secret.takes) {
      secrets[take.variable] = {
        vault: {
          engine: { name: secret.engine, path: literal(secret.mount) },
          path: literal(secret.path.slice(secret.mount.length + 1)),
          field: literal(take.field ?? ""),
        },
        file: take.as === "file",
        token: `$${token.variable}`,
      };
      guards.push(
        `: "\${${take.variable}:?was not read from Vault: does this GitLab have Premium, and the runner access?}"`,
      );
    }
  }
  return {
    variables: {
      VAULT_SERVER_URL: literal(vault.url),
      VAULT_AUTH_PATH: literal(vault.authMount),
      VAULT_AUTH_ROLE: environment.roles[0]?.name ?? "",
      ...(vault.namespace === undefined ? {} : { VAULT_NAMESPACE: literal(vault.namespace) }),
    },
    secrets,
    before_script: [`${guards.join("\n")}\n`],
  };
}

/** The runner expands variables in all of these; `$$` is its way of writing a dollar sign. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}
