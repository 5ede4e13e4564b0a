import { setTimeout as sleep } from "node:timers/promises";

import { expectSuccess, type Api } from "./api.ts";

/** Mounts a KV engine, version 1 or 2, and waits until it takes writes. `mount` may contain slashes. */
export async function enableKv(api: Api, mount: string, version: 1 | 2): Promise<void> {
  const body = { type: "kv", options: { version: String(version) } };
  expectSuccess(await api("POST", `sys/mounts/${mount}`, body), `mount kv-v${version} at ${mount}`);
  if (version === 2) await settled(api, mount);
}

/** Writes one version of a secret to a KV v2 mount. `path` is as users write it: without `data/`. */
export async function putV2(api: Api, mount: string, path: string, fields: Fields): Promise<void> {
  expectSuccess(await api("POST", `${mount}/data/${path}`, { data: fields }), `put ${mount}/data/${path}`);
}

/** Writes a secret to a KV v1 mount. */
export async function putV1(api: Api, mount: string, path: string, fields: Fields): Promise<void> {
  expectSuccess(await api("POST", `${mount}/${path}`, fields), `put ${mount}/${path}`);
}

export type Fields = Readonly<Record<string, unknown>>;

/** A new KV v2 mount refuses with 400 ("Upgrading from non-versioned ...") until its own set-up is done. */
async function settled(api: Api, mount: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { status } = await api("LIST", `${mount}/metadata/`);
    if (status === 404 || status === 200) return;
    await sleep(25);
  }
  throw new Error(`kv-v2 at ${mount} is still setting itself up after 5 s`);
}
