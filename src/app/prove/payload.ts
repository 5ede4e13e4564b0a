import { type Context, claimsOf } from "../../access/index.ts";
import type { Version } from "../../model/index.ts";
import type { Plan } from "../../plan/index.ts";

/** What every token says beside the facts that rules are about; nobody's name, so that no rule means it. */
const USUAL = {
  user_id: "1",
  user_login: "prove",
  user_email: "prove@example.com",
  user_access_level: "developer",
  pipeline_id: "1",
  job_id: "1",
  runner_id: 1,
  runner_environment: "self-hosted",
  sha: "0000000000000000000000000000000000000000",
  project_visibility: "private",
} as const;

export type Payload = Readonly<Record<string, unknown>>;

/**
 * The claims of the token that GitLab would give to a job of this context (`lib/gitlab/ci/jwt.rb`, `jwt_v2.rb`): every
 * id and truth value is text, except the runner's id.
 */
export function payloadOf(context: Context, { token }: Plan, version: Version): Payload {
  const claims = claimsOf(context, version);
  const [path, type, ref] = [claims["project_path"], claims["ref_type"], claims["ref"]].map(String);
  return {
    iss: token.issuer,
    sub: `project_path:${path}:ref_type:${type}:ref:${ref}`,
    ...(token.audience === undefined ? {} : { aud: token.audience }),
    ...USUAL,
    ...claims,
  };
}

/** A compact RS256 JWT (RFC 7515) that starts five seconds ago, as GitLab's do, and lives for five minutes. */
export function mint(payload: Payload, now: number, sign: (text: string) => string): string {
  const timed = { ...payload, iat: now, nbf: now - 5, exp: now + 300 };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(timed)}`;
  return `${text}.${sign(text)}`;
}
