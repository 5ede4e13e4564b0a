import type { Model, Secret } from "../model/index.ts";
import type { Grant, PathRead, PolicyPlan, Take } from "./plan.ts";

/** One request per distinct path and version, in the order of the manifest. */
export function planReads(secrets: readonly Secret[]): readonly PathRead[] {
  const reads = new Map<string, { shape: PathRead["shape"]; path: string; takes: Take[] }>();
  for (const secret of secrets) {
    const query = secret.version === undefined ? "" : `?version=${secret.version}`;
    const path = `${encodePath(apiPath(secret))}${query}`;
    const read = reads.get(path) ?? {
      shape: secret.mount.engine === "kv-v2" ? "kv2" : "kv1",
      path,
      takes: [],
    };
    reads.set(path, read);
    read.takes.push(...takesOf(secret));
  }
  return [...reads.values()];
}

export function takesOf(secret: Secret): readonly Take[] {
  return secret.reads.map((take) => ({
    variable: take.variable,
    as: take.as,
    field: take.as === "json" ? undefined : take.field,
    base64: take.as !== "json" && take.base64,
    optional: secret.optional,
    origin: secret.origin,
  }));
}

/** Read on exactly the declared paths; and, without the default policy, the right to revoke the token itself. */
export function planPolicy(model: Model, name: string, secrets: readonly Secret[]): PolicyPlan {
  const grants = new Map<string, string[]>();
  for (const secret of secrets) {
    const path = apiPath(secret);
    const variables = secret.reads.map(({ variable }) => variable);
    grants.set(path, [...(grants.get(path) ?? []), ...variables]);
  }
  const paths = [...grants].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const list: Grant[] = paths.map(([path, variables]) => ({ path, capabilities: ["read"], for: variables }));
  if (model.vault.tokenType === "service") {
    list.push({
      path: "auth/token/revoke-self",
      capabilities: ["update"],
      for: ["the job ends its own token"],
    });
  }
  return { name, grants: list };
}

/** KV v2 keeps data below `data/`; KV v1 and generic engines answer at the path itself. */
export function apiPath({ mount, path }: Secret): string {
  return mount.engine === "kv-v2" ? `${mount.path}/data/${path}` : `${mount.path}/${path}`;
}

/** RFC 3986: what may stand in a path segment stays readable. */
function encodePath(path: string): string {
  if (/^[\w./-]*$/.test(path)) return path;
  return encodeURIComponent(path).replace(/%(?:2F|40|3A|24|26|2C|3B|3D)/g, decodeURIComponent);
}
