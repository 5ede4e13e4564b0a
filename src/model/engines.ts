import type { Engine } from "./model.ts";

interface Facts {
  /** `write`: answers only a request with parameters, if empty ones; `either`: takes parameters where it has to. */
  readonly request: "read" | "write" | "either";
  /** Its answers are leases: revoking the token revokes them. */
  readonly leased: boolean;
}

/** How each engine is asked (HTTP API documentation of Vault and OpenBao, one page per engine). */
export const ENGINES: Readonly<Record<Engine, Facts>> = {
  "kv-v2": { request: "read", leased: false },
  "kv-v1": { request: "read", leased: false },
  generic: { request: "either", leased: false },
  aws: { request: "either", leased: true },
  database: { request: "read", leased: true },
  kubernetes: { request: "write", leased: true },
  pki: { request: "write", leased: false },
  rabbitmq: { request: "read", leased: true },
  ssh: { request: "write", leased: true },
  totp: { request: "read", leased: false },
  transit: { request: "write", leased: false },
};

/** What people call them elsewhere. */
export const ALIASES: Readonly<Record<string, Engine>> = {
  kv: "kv-v2",
  kv1: "kv-v1",
  kv2: "kv-v2",
  v1: "kv-v1",
  v2: "kv-v2",
};

export function isEngine(text: string): text is Engine {
  return Object.hasOwn(ENGINES, text);
}
