import { join } from "node:path";

import { expect } from "vitest";

import { exec, minimalEnvironment, type Finished } from "../support/exec.ts";
import type { Answer } from "../support/openbao/api.ts";
import type { Server } from "../support/openbao/server.ts";
import { isolatedPath } from "../support/paths.ts";
import { tempDir } from "../support/temp.ts";

/** What setup.sh may use in an image that has the server's own client, and in one that has only curl. */
const CLIENTS = {
  bao: (server: Server) => [`bao=${server.binary}`, "dirname"],
  curl: () => ["curl", "cat", "cut", "dirname", "mktemp", "rm", "sed", "tr"],
} as const;

export type Client = keyof typeof CLIENTS;

export interface SetupRun extends Finished {
  /** The arguments of every program that the script started. */
  readonly calls: readonly (readonly string[])[];
}

/** Runs the generated script as it lies on the disk: as a program, with nothing but its tools on the PATH. */
export async function runSetup(
  dir: string,
  server: Server,
  client: Client,
  options: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** The target whose script it is. */
    readonly target?: "vault" | "openbao";
  } = {},
): Promise<SetupRun> {
  const tools = isolatedPath(CLIENTS[client](server), { record: true });
  const env = minimalEnvironment({ PATH: tools.path, HOME: tempDir("home"), VAULT_TOKEN: server.rootToken });
  const script = join(dir, `ci-vault/${options.target ?? "vault"}/setup.sh`);
  const result = await exec(script, options.args ?? [], { env: { ...env, ...options.env } });
  return { ...result, calls: tools.calls() };
}

/** Logs in as a job does, without a token of its own. */
export function login(server: Server, role: string, jwt: string, mount = "jwt"): Promise<Answer> {
  return server.api("POST", `auth/${mount}/login`, { role, jwt }, { token: null });
}

/** The token of a login that must work. */
export async function tokenOf(server: Server, role: string, jwt: string, mount = "jwt"): Promise<string> {
  const answer = await login(server, role, jwt, mount);
  expect(answer.status, answer.text).toBe(200);
  return answer.json.auth.client_token as string;
}

/** The server's own reasons, by kind: which claim of several it names is random. */
export const REASONS = {
  claims:
    /^error validating claims: claim "[a-z_]+" (?:does not match any associated bound claim values|is missing)$/,
  audience: /^error validating token: invalid audience \(aud\) claim: /,
  unboundAudience: /^audience claim found in JWT but no audiences bound to the role$/,
  issuer: /^error validating token: invalid issuer \(iss\) claim/,
  expired: /^error validating token: invalid expiration time \(exp\) claim: token is expired/,
  signature: /^error validating token: error verifying token signature/,
} as const;

export type Reason = keyof typeof REASONS;

export function expectRefusedLogin(answer: Answer, reason: Reason): void {
  expect(answer.status, answer.text).toBe(400);
  expect(answer.errors).toHaveLength(1);
  expect(answer.errors[0]).toMatch(REASONS[reason]);
}

export function expectForbidden(answer: Answer): void {
  expect(answer.status, answer.text).toBe(403);
  expect(answer.errors.join(" ")).toContain("permission denied");
}
