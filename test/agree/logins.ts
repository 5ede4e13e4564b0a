import { allows, boundClaims, combine, describeContext } from "../../src/access/index.ts";
import type { Machine } from "../../src/host/index.ts";
import { rulesIn } from "../access/arbitrary.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { startIssuer } from "../support/gitlab/issuer.ts";
import type { Server } from "../support/openbao/server.ts";
import type { Draw } from "./draw.ts";
import { asGitlab } from "./gitlab.ts";

export interface Agreement {
  readonly pairs: number;
  /** How many of them were allowed: a comparison of noes alone would be worth nothing. */
  readonly allowed: number;
  readonly disagreements: readonly string[];
}

const AUDIENCE = "http://vault.example.com:8200";

/** Every pair as a login on a real server: does one of the set's roles take the token, exactly where a rule allows it? */
export async function compareLogins(
  server: Server,
  machine: Machine,
  draws: readonly Draw[],
): Promise<Agreement> {
  const issuer = await startIssuer();
  const call = async (path: string, body: unknown, token?: string) => {
    const { status, text } = await machine.request({
      method: "POST",
      url: `${server.addr}/v1/${path}`,
      headers: token === undefined ? {} : { "X-Vault-Token": token },
      body: JSON.stringify(body),
    });
    return { status, text };
  };
  const write = async (path: string, body: unknown) => {
    const { status, text } = await call(path, body, server.rootToken);
    if (status >= 300) throw new Error(`${path}: HTTP ${status} ${text}`);
  };
  const mount = `agree-${machine.random(4)}`;
  await write(`sys/auth/${mount}`, { type: "jwt" });
  await write(`auth/${mount}/config`, {
    bound_issuer: "https://gitlab.example.com",
    jwt_validation_pubkeys: [issuer.publicKey],
  });
  const disagreements: string[] = [];
  let pairs = 0;
  let allowed = 0;
  let next = 0;
  const work = async () => {
    for (;;) {
      const index = next++;
      const drawn = draws[index];
      if (drawn === undefined) return;
      const rules = rulesIn(drawn.set);
      const names: string[] = [];
      for (const [at, rule] of combine(rules).entries()) {
        const { type, claims } = boundClaims(rule);
        const name = `set-${index}-${at}`;
        names.push(name);
        await write(`auth/${mount}/role/${name}`, {
          role_type: "jwt",
          user_claim: "project_id",
          bound_audiences: [AUDIENCE],
          bound_claims_type: type,
          bound_claims: claims,
          token_type: "batch",
          token_ttl: 60,
        });
      }
      for (const facts of drawn.contexts) {
        const jwt = issuer.mint(idTokenClaims(asGitlab(facts)));
        let taken = false;
        for (const role of names) {
          if (taken) break;
          const { status, text } = await call(`auth/${mount}/login`, { role, jwt });
          if (status === 200) taken = true;
          else if (!/error validating claims: claim/.test(text))
            throw new Error(`${role}: HTTP ${status} ${text}`);
        }
        const expected = rules.some((rule) => allows(rule, facts));
        pairs++;
        if (expected) allowed++;
        if (taken !== expected)
          disagreements.push(
            `${describeContext(facts)}: the server says ${taken}, the rules ${expected}: ${JSON.stringify(drawn.set)}`,
          );
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: 6 }, work));
  } finally {
    await issuer.stop();
  }
  return { pairs, allowed, disagreements };
}
