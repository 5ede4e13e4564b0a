import type { Secret } from "../model/index.ts";
import type { SecretPlan, Take } from "./plan.ts";
import { apiPath } from "./reads.ts";

/** The secrets of one environment for people, in the order of the manifest. */
export function planSecrets(
  secrets: readonly Secret[],
  takes: ReadonlyMap<Secret, readonly Take[]>,
): readonly SecretPlan[] {
  return secrets.map((secret) => ({
    name: secret.label,
    description: secret.description,
    path: `${secret.mount.path}/${secret.path}`,
    apiPath: apiPath(secret),
    mount: secret.mount.path,
    engine: secret.mount.engine,
    version: secret.version,
    leased: secret.leased,
    takes: takes.get(secret) ?? [],
  }));
}
