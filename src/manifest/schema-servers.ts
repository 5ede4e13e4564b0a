import * as z from "zod";
import { open, text, texts } from "./schema-words.ts";

const owner = z.strictObject({
  id: z.union([z.int().positive(), z.string().regex(/^[1-9][0-9]*$/)]).meta({
    description: "Numeric id (Settings > General). Bound in the role, because it never changes.",
    examples: [22],
    hint: "the number under Settings > General, for example `22`",
    ...open,
  }),
  path: text("Path with its groups. For names and people; not bound, because a rename would change it.", {
    examples: ["mygroup/myproject"],
  }),
});

export const gitlab = z.strictObject({
  url: text("The instance. Gives the issuer and the address of the signing keys.", {
    examples: ["https://gitlab.example.com"],
  }),
  project: owner.optional().meta({
    description: "The one project that may log in.",
    hint: "for example `{ id: 22, path: mygroup/myproject }`",
    examples: [{ id: 22, path: "mygroup/myproject" }],
  }),
  projects: z
    .array(owner)
    .min(1)
    .optional()
    .meta({
      description: "Several projects that may log in.",
      examples: [
        [
          { id: 22, path: "mygroup/storefront" },
          { id: 23, path: "mygroup/checkout" },
        ],
      ],
    }),
  group: owner.optional().meta({
    description:
      "All projects directly in one group may log in (`namespace_id`; subgroups are not included).",
    examples: [{ id: 7, path: "mygroup" }],
  }),
  default_branch: text("The name of the default branch: Vault has to bind it and cannot look it up.", {
    default: "main",
  }).optional(),
  version: text("The oldest GitLab to support. Chooses how a job gets its token.", {
    default: "17.0",
    // For editors: read as it is written, so that `15.10` is not 15.1.
    type: ["string", "number"],
  }).optional(),
});

const auth = z.strictObject({
  mount: text("Where the JWT auth method is mounted.", { default: "jwt" }).optional(),
  audience: text("The `aud` of the token, equal on both sides.", {
    otherwise: "the value of `vault.url`",
    examples: ["https://vault.example.com:8200"],
  }).optional(),
  keys: z
    .union([
      z.enum(["jwks", "discovery"]),
      // Not shown: someone will paste the private key instead.
      z.array(z.string()).min(1),
    ])
    .optional()
    .meta({
      description:
        "How the server gets GitLab's public keys: `jwks`, `discovery`, or a list of PEM public keys.",
      default: "jwks",
    }),
  token_variable: text("Name of the CI/CD variable that holds the JWT. Never `VAULT_TOKEN`.", {
    default: "CI_JOB_JWT",
  }).optional(),
  user_claim: text(
    "The claim that names the Vault entity: a stable one, or every job becomes a new entity.",
    {
      default: "project_id",
    },
  ).optional(),
});

const token = z.strictObject({
  ttl: text("How long the Vault token lives at most (`token_explicit_max_ttl`).", {
    default: "60s",
    hint: "a number and a unit: `60s`, `15m`, `1h`",
  }).optional(),
  type: z
    .enum(["service", "batch"])
    .optional()
    .meta({
      description: "`service` tokens are revoked after reading; `batch` tokens cannot be.",
      default: "service",
      ...open,
    }),
  policies: texts()
    .optional()
    .meta({ description: "Further policies of the token, besides the generated one.", default: [] }),
  bound_cidrs: texts()
    .optional()
    .meta({
      description: "Networks from which the role may be used.",
      default: [],
      examples: [["10.0.0.0/8"]],
    }),
});

export const vault = z.strictObject({
  url: text("The server, as jobs reach it.", { examples: ["https://vault.example.com:8200"] }),
  namespace: text("Namespace of every request (`X-Vault-Namespace`).", {
    otherwise: "none",
    examples: ["team/a"],
  }).optional(),
  ca: text(
    "Certificate authority of the server: a file of the repository, or `$NAME` of a CI/CD variable of type file.",
    { examples: ["certs/ca.pem", "$VAULT_CA"], otherwise: "the certificates of the job's image" },
  ).optional(),
  tls_verify: z
    .boolean()
    .optional()
    .meta({
      description: "`false` turns the check of the server's certificate off. Prefer `ca`.",
      default: true,
      ...open,
    }),
  debug_trace: z
    .enum(["refuse", "allow"])
    .optional()
    .meta({
      description:
        "What jobs do when `CI_DEBUG_TRACE` is on: the reader shows nothing, but the commands after it show the values they use.",
      default: "refuse",
      ...open,
    }),
  auth: auth.optional().meta({ description: "The JWT auth method.", examples: [{ mount: "gitlab" }] }),
  token: token.optional().meta({ description: "The tokens that jobs get.", examples: [{ ttl: "5m" }] }),
  mounts: z
    .record(z.string(), z.string().meta(open))
    .optional()
    .meta({
      description:
        "Secrets engines by mount path; the longest match wins. Engines: `kv-v2`, `kv-v1`, `generic`, `aws`, `database`, `kubernetes`, `pki`, `rabbitmq`, `ssh`, `totp`, `transit`.",
      default: { secret: "kv-v2" },
      hint: "for example `mounts: { secret: kv-v2 }`",
    }),
});
