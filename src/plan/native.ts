import { atKey, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import type { EnvironmentPlan, Plan, SecretPlan } from "./plan.ts";

/**
 * What GitLab's `secrets:` keyword cannot do (`ee/lib/gitlab/ci/config/entry/vault/secret.rb`, and the resolver of
 * gitlab-runner): one server and one role per job, one field per entry, the newest version, reads only.
 */
export function nativeLimits(plan: Plan): readonly Diagnostic[] {
  return plan.environments
    .filter(({ reader }) => reader === "native")
    .flatMap((environment) => [
      ...ofEnvironment(plan, environment),
      ...environment.secrets.flatMap((secret) => ofSecret(secret)),
    ]);
}

function ofEnvironment(plan: Plan, environment: EnvironmentPlan): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  if (plan.token.kind !== "id-token")
    found.push(
      refuse(
        environment.origin,
        "the native reader needs `id_tokens`",
        "raise `gitlab.version` to 15.7 or later",
      ),
    );
  if (environment.roles.length > 1) {
    const message = `\`${environment.name}\` needs ${environment.roles.length} roles, and the native reader knows one per job`;
    found.push(refuse(environment.origin, message, "split the environment, or use `reader: script`"));
  }
  if (plan.vault.ca !== undefined || !plan.vault.verifyTls)
    found.push(
      refuse(
        environment.origin,
        "the native reader takes its certificates from the runner, not from the job",
        "install the certificate authority where the runner runs and remove `ca`, or use `reader: script`",
      ),
    );
  const [file] = environment.files;
  if (file !== undefined)
    found.push(
      refuse(
        file.origin,
        `the native reader makes no files, and \`${file.variable}\` is one`,
        "use `reader: script` for this environment",
      ),
    );
  return found;
}

function ofSecret({ name, engine, version, takes }: SecretPlan): readonly Diagnostic[] {
  const [take] = takes;
  if (take === undefined) return [];
  const reason = reasonAgainst(engine, version, take);
  if (reason === undefined) return [];
  return [
    refuse(
      take.origin,
      `the native reader cannot read \`${name}\`: ${reason}`,
      "use `reader: script` for this environment",
    ),
  ];
}

function reasonAgainst(
  engine: SecretPlan["engine"],
  version: number | undefined,
  take: SecretPlan["takes"][number],
): string | undefined {
  if (engine !== "kv-v2" && engine !== "kv-v1" && engine !== "generic")
    return `its engine is ${engine}, and the runner knows the KV engines and \`generic\``;
  if (version !== undefined) return "it always takes the newest version";
  if (take.as === "json" || take.as === "all") return "it takes one field at a time";
  if (take.base64) return "it does not decode";
  if (take.optional) return "a missing secret always fails the job";
  return take.filename === undefined ? undefined : "it chooses the file's name itself";
}

function refuse(origin: Route, message: string, help: string): Diagnostic {
  return report("plan/native-reader", atKey(origin), message, { help });
}
