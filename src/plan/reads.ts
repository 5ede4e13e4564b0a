import { type Model, OWN_PROJECT, type Secret } from "../model/index.ts";
import type { Grant, PathRead, PolicyPlan, Take } from "./plan.ts";

/** One request per distinct path, version and parameters, in the order of the manifest. */
export function planReads(
  secrets: readonly Secret[],
  takes: ReadonlyMap<Secret, readonly Take[]>,
): readonly PathRead[] {
  const reads = new Map<
    string,
    { shape: PathRead["shape"]; path: string; body: string | undefined; takes: Take[] }
  >();
  for (const secret of secrets) {
    const query = secret.version === undefined ? "" : `?version=${secret.version}`;
    const path = `${encodePath(apiPath(secret))}${query}`;
    const key = `${path} ${secret.body ?? ""}`;
    const read = reads.get(key) ?? { shape: shapeOf(secret), path, body: secret.body, takes: [] };
    reads.set(key, read);
    read.takes.push(...(takes.get(secret) ?? []));
  }
  return [...reads.values()];
}

function shapeOf({ mount, body }: Secret): PathRead["shape"] {
  if (body !== undefined) return "post";
  if (mount.engine === "kv-v2") return "kv2";
  return mount.engine === "kv-v1" ? "kv1" : "data";
}

export function takesOf(secret: Secret): readonly Take[] {
  return secret.reads.map((take) => ({
    variable: take.variable,
    as: take.as,
    field: "field" in take ? take.field : undefined,
    base64: "field" in take && take.base64,
    optional: secret.optional,
    fallback: secret.fallback,
    sensitive: secret.sensitive,
    filename: secret.filename,
    origin: secret.origin,
  }));
}

/**
 * On exactly the declared paths, what reading them takes: `update` where the request is a write. And, without the
 * default policy, the right to revoke the token itself.
 */
export function planPolicy(model: Model, name: string, secrets: readonly Secret[]): PolicyPlan {
  const grants = new Map<string, { capabilities: Set<string>; variables: string[] }>();
  for (const secret of secrets) {
    const path = apiPath(secret);
    const grant = grants.get(path) ?? { capabilities: new Set(), variables: [] };
    grants.set(path, grant);
    grant.capabilities.add(secret.body === undefined ? "read" : "update");
    for (const { variable, as } of secret.reads)
      grant.variables.push(as === "all" ? `${variable}*` : variable);
  }
  const paths = [...grants].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const list: Grant[] = paths.map(([path, { capabilities, variables }]) => ({
    path,
    capabilities: [...capabilities].toSorted(),
    for: variables,
  }));
  if (secrets.some(({ leased }) => leased)) {
    list.push({
      path: "sys/leases/revoke",
      capabilities: ["update"],
      for: ["a job that was killed ends its leases in after_script"],
    });
  }
  if (model.vault.tokenType === "service") {
    list.push({
      path: "auth/token/revoke-self",
      capabilities: ["update"],
      for: ["the job ends its own token"],
    });
  }
  return { name, grants: list };
}

/** KV v2 keeps data below `data/`; all others answer at the path itself. */
export function apiPath({ mount, path }: Secret): string {
  return mount.engine === "kv-v2" ? `${mount.path}/data/${path}` : `${mount.path}/${path}`;
}

/** RFC 3986: what may stand in a path segment stays readable. */
function encodePath(path: string): string {
  if (/^[\w./-]*$/.test(path)) return path;
  if (path.includes(OWN_PROJECT)) return path.split(OWN_PROJECT).map(encodePath).join(OWN_PROJECT);
  return encodeURIComponent(path).replace(/%(?:2F|40|3A|24|26|2C|3B|3D)/g, decodeURIComponent);
}
