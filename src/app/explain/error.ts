import { closest } from "../../diagnostics/index.ts";
import type { Compiled } from "../compile.ts";

interface Meaning {
  /** What Vault or OpenBao says, as its source has it (JWT auth plugin: path_login.go, claims.go; core for 403). */
  readonly text: RegExp;
  means(match: RegExpExecArray, compiled: Compiled): readonly string[];
}

const MEANINGS: readonly Meaning[] = [
  {
    text: /audience claim found in JWT but no audiences bound to the role/i,
    means: (_, { plan }) => [
      "the token has an audience and the role expects none: the role on the server is not the generated one",
      plan.token.audience === undefined
        ? "this manifest is for tokens without audience; set gitlab.version to 15.7 or later"
        : `apply the Vault half again; it binds ${plan.token.audience}`,
    ],
  },
  {
    text: /audience claim does not match|aud(?:ience)? claim does not match any bound audience|invalid audience/i,
    means: (_, { plan }) => [
      "the audience of the token is not the one that the role binds",
      `the manifest says ${plan.token.audience ?? "that tokens have none"}: compare with \`aud\` in the job's id_tokens, to the letter`,
      "(scheme, port and a slash at the end count)",
    ],
  },
  {
    text: /claim "?([\w/~.-]+)"? (?:is missing|not found in token)/i,
    means: ([, claim = ""]) => [
      `the token has no claim ${claim}`,
      ...(/^(?:environment|deployment_tier)/.test(claim)
        ? ["only a job with `environment:` has it; let the job extend the generated hidden job"]
        : claim.startsWith("job_")
          ? [
              "GitLab has it since 18.4; set gitlab.version to the oldest GitLab you have, and apply the Vault half",
            ]
          : ["an older GitLab than gitlab.version says, or a token of another kind"]),
    ],
  },
  {
    text: /claim "?([\w/~.-]+)"? does not match any associated bound claim values/i,
    means: ([, claim = ""], { plan }) => [
      `the value of ${claim} is none that the role allows`,
      ...plan.environments.flatMap(({ roles }) =>
        roles.flatMap(({ name, bound }) => {
          const values = bound.claims[claim];
          return values === undefined ? [] : [`  ${name} wants ${[values].flat().join(" or ")}`];
        }),
      ),
      "several claims may differ, the server names one at random: give the payload too, with --claims",
    ],
  },
  {
    text: /role "?([^"\s]+)"? could not be found/i,
    means: ([, role = ""], { plan }) => {
      const names = plan.environments.flatMap(({ roles }) => roles.map(({ name }) => name));
      const meant = closest(role, names);
      return names.includes(role.toLowerCase())
        ? [
            `the role is in the manifest, but not at auth/${plan.vault.authMount} on this server: apply the Vault half`,
          ]
        : [
            `the manifest has no such role${meant === undefined ? "" : `; did you mean ${meant}?`}`,
            "the job's fragment is older than the manifest, or of another one: generate again",
          ];
    },
  },
  {
    text: /missing role/i,
    means: () => ["the login named no role: the generated jobs always do, and there is no default role"],
  },
  {
    text: /invalid issuer/i,
    means: (_, { plan }) => [
      `the token is not from ${plan.token.issuer}`,
      "GitLab before 15.7 (predefined CI_JOB_JWT) names the host without https://; a self-managed GitLab may have another",
      "issuer configured: compare with `iss` of the payload",
    ],
  },
  {
    text: /error verifying token signature|failed to verify id token signature|no known key successfully validated/i,
    means: (_, { plan }) => [
      plan.vault.keys.kind === "pem"
        ? "none of the public keys of the manifest made this signature: has GitLab got a new key?"
        : `the server has other keys than GitLab: can it reach ${plan.vault.keys.url}?`,
      "a token of another GitLab has other keys too",
    ],
  },
  {
    text: /token is expired/i,
    means: () => [
      "the job's token lives as long as the job's timeout, or five minutes; a login 60 s later is refused",
      "log in early in the job; check the clocks of GitLab and of the server",
    ],
  },
  {
    text: /token not yet valid|issued in the future/i,
    means: () => ["the clock of the server is behind GitLab's by more than a minute"],
  },
  {
    text: /error configuring token validator|error checking (?:oidc discovery|jwks)/i,
    means: (_, { plan }) => [
      "the server could not get GitLab's public keys",
      plan.vault.keys.kind === "pem"
        ? "the manifest gives PEM keys: apply the Vault half again"
        : `from the server itself, ${plan.vault.keys.url} must be reachable and its certificate trusted`,
    ],
  },
  {
    text: /could not load configuration/i,
    means: (_, { plan }) => [`auth/${plan.vault.authMount} has no configuration yet: apply the Vault half`],
  },
  {
    text: /unsupported path|no handler for route/i,
    means: (_, { plan }) => [
      `there is no JWT auth method at auth/${plan.vault.authMount}: apply the Vault half`,
    ],
  },
  {
    text: /permission denied|\b403\b/i,
    means: (_, { plan }) => [
      "at the login: the request did not reach the JWT auth method, claims play no part",
      `  the manifest says auth/${plan.vault.authMount}${plan.vault.namespace === undefined ? " and no namespace" : ` in namespace ${plan.vault.namespace}`}; is the method there?`,
      ...(plan.vault.boundCidrs.length > 0
        ? [
            `  the role may be used from ${plan.vault.boundCidrs.join(", ")} only: where does the runner stand?`,
          ]
        : []),
      "at a read: the login worked, and the policy does not grant the path",
      ...plan.environments.map(
        ({ policy }) => `  ${policy.name} grants ${policy.grants.map(({ path }) => path).join(", ")}`,
      ),
    ],
  },
];

/** What an answer of the server means for this manifest. The answer itself is not repeated. */
export function explainError(
  error: string,
  compiled: Compiled,
): { readonly lines: readonly string[]; readonly known: boolean } {
  // As it stands in a log: JSON, perhaps inside JSON.
  const plain = error.replaceAll("\\", "");
  for (const { text, means } of MEANINGS) {
    const match = text.exec(plain);
    if (match !== null) return { lines: means(match, compiled), known: true };
  }
  return { lines: ["this is no answer to a login that is known here"], known: false };
}
