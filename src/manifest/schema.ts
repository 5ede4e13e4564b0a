import * as z from "zod";

/** Shown as it is in error frames. Everything without this mark is replaced by `***`: it may be a pasted secret. */
const open = { public: true } as const;

/** What `{environment}` and its like may stand for in paths and names. */
export const PLACEHOLDERS = ["environment", "project", "project_id", "group"] as const;

const text = (description: string, more: Record<string, unknown> = {}) =>
  z.string().meta({ description, ...open, ...more });

const project = z.strictObject({
  id: z.union([z.int().positive(), z.string().regex(/^[1-9][0-9]*$/)]).meta({
    description: "Numeric id (Project > Settings > General). Bound in the role, because it never changes.",
    examples: [22],
    ...open,
  }),
  path: text("Path with its groups. For names and people; not bound, because a rename would change it.", {
    examples: ["mygroup/myproject"],
  }),
});

const gitlab = z.strictObject({
  url: text("The instance. Gives the issuer and the address of the signing keys.", {
    examples: ["https://gitlab.example.com"],
  }),
  project: project.optional().meta({ description: "The one project that may log in." }),
  projects: z.array(project).min(1).optional().meta({ description: "Several projects that may log in." }),
  group: project.optional().meta({
    description:
      "All projects directly in one group may log in (`namespace_id`; subgroups are not included).",
  }),
  default_branch: text("The name of the default branch: Vault has to bind it and cannot look it up.", {
    default: "main",
  }).optional(),
  version: text("The oldest GitLab to support. Chooses how a job gets its token.", {
    default: "17.0",
  }).optional(),
});

const auth = z.strictObject({
  mount: text("Where the JWT auth method is mounted.", { default: "jwt" }).optional(),
  audience: text("The `aud` of the token, equal on both sides.", {
    default: "the value of `vault.url`",
  }).optional(),
  keys: z
    .union([z.enum(["jwks", "discovery"]).meta(open), z.array(z.string().meta(open)).min(1)])
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
  }).optional(),
  type: z
    .enum(["service", "batch"])
    .optional()
    .meta({
      description: "`service` tokens are revoked after reading; `batch` tokens cannot be.",
      default: "service",
      ...open,
    }),
  policies: z.array(z.string().meta(open)).optional().meta({
    description: "Further policies of the token, besides the generated one.",
    default: [],
  }),
  bound_cidrs: z.array(z.string().meta(open)).optional().meta({
    description: "Networks from which the role may be used.",
    default: [],
  }),
});

const vault = z.strictObject({
  url: text("The server, as jobs reach it.", { examples: ["https://vault.example.com:8200"] }),
  namespace: text("Namespace of every request (`X-Vault-Namespace`).").optional(),
  ca: text(
    "Certificate authority of the server: a file of the repository, or `$NAME` of a CI/CD variable of type file.",
    {
      examples: ["certs/ca.pem", "$VAULT_CA"],
    },
  ).optional(),
  auth: auth.optional().meta({ description: "The JWT auth method." }),
  token: token.optional().meta({ description: "The tokens that jobs get." }),
  mounts: z
    .record(z.string(), z.string().meta(open))
    .optional()
    .meta({
      description: "Secrets engines by mount path: `kv-v2`, `kv-v1` or `generic`. The longest match wins.",
      default: { secret: "kv-v2" },
    }),
});

const refObject = z.union([
  z.strictObject({
    branch: text("A branch name; `*` stands for any run of characters, `/` included.", {
      examples: ["release/*"],
    }),
    protected: z
      .boolean()
      .optional()
      .meta({ description: "Only protected (or only unprotected) branches.", ...open }),
  }),
  z.strictObject({
    tag: text("A tag name; `*` stands for any run of characters.", { examples: ["v*"] }),
    protected: z
      .boolean()
      .optional()
      .meta({ description: "Only protected (or only unprotected) tags.", ...open }),
  }),
]);

export const REF_WORDS = [
  "default-branch",
  "protected-branches",
  "protected-tags",
  "merge-requests",
] as const;
const ref = z.union([z.enum(REF_WORDS).meta(open), refObject]);

const secretLong = z.strictObject({
  path: z
    .string()
    .meta({ description: "Mount and path, without the `data/` of KV v2.", examples: ["secret/app/db"] }),
  field: z
    .string()
    .optional()
    .meta({ description: "The field to read into the variable that the key names." }),
  fields: z.record(z.string(), z.string()).optional().meta({
    description: "Several fields of one path: variable name -> field. The key is then only a label.",
  }),
  as: z
    .enum(["env", "file", "json"])
    .optional()
    .meta({
      description:
        "`env`: a variable. `file`: a file, mode 0600, whose path the variable holds. `json`: the whole secret.",
      default: "env",
      ...open,
    }),
  decode: z
    .enum(["base64"])
    .optional()
    .meta({ description: "Decode the stored text before use.", ...open }),
  optional: z
    .boolean()
    .optional()
    .meta({
      description: "A missing path or field leaves the variable unset instead of failing the job.",
      default: false,
      ...open,
    }),
  version: z
    .int()
    .positive()
    .optional()
    .meta({ description: "Version of a KV v2 secret.", ...open }),
  description: z.string().optional().meta({ description: "For people; goes into comments and documents." }),
});

const secret = z.union([
  z.string().meta({
    description: "Short form: `mount/path#field`.",
    examples: ["secret/myproject/{environment}/db#password"],
  }),
  secretLong,
]);

const stringOrList = z.union([z.string().meta(open), z.array(z.string().meta(open)).min(1)]);

const gitlabEnvironment = z.union([
  z.string().meta(open),
  z.strictObject({
    name: text("Name of the GitLab environment."),
    action: z
      .enum(["start", "stop", "prepare", "verify", "access"])
      .optional()
      .meta({
        description: "`verify` enters the environment without a deployment.",
        default: "verify",
        ...open,
      }),
    protected: z
      .boolean()
      .optional()
      .meta({
        description: "Bind `environment_protected` (GitLab Premium; always false on Free).",
        ...open,
      }),
    tier: z
      .enum(["production", "staging", "testing", "development", "other"])
      .optional()
      .meta({
        description: "Deployment tier, bound as `deployment_tier`.",
        ...open,
      }),
  }),
]);

const environment = z.strictObject({
  refs: z.union([ref, z.array(ref).min(1)]).meta({
    description:
      "From which refs the secrets may be read: any of `default-branch`, `protected-branches`, `protected-tags`, `merge-requests`, `{branch: PATTERN}`, `{tag: PATTERN}`.",
  }),
  sources: z.array(z.string().meta(open)).min(1).optional().meta({
    description: "Only these pipeline sources (`push`, `web`, `schedule`, …).",
    default:
      "tags: any; branches: those that run the branch itself (`api`, `pipeline`, `push`, `schedule`, `trigger`, `web`)",
  }),
  gitlab_environment: gitlabEnvironment.optional().meta({
    description: "The GitLab environment that jobs enter; its name is then bound in the role.",
  }),
  claims: z
    .record(z.string(), stringOrList)
    .optional()
    .meta({
      description: "Further claims that must hold: claim -> value or list of values.",
      examples: [{ user_login: ["alice", "bob"] }],
    }),
  secrets: z
    .record(z.string(), z.union([secret, z.null()]))
    .optional()
    .meta({
      description:
        "Secrets of this environment only. They replace shared ones of the same name; `null` removes one.",
    }),
});

const job = z
  .looseObject({
    environments: z.array(z.string().meta(open)).min(1).optional().meta({
      description: "The environments the job runs for; one job each, `<name>:<environment>`.",
      default: "all",
    }),
  })
  .meta({ description: "A GitLab job. All other keys are passed through as they are." });

const outputs = z.strictObject({
  directory: text("Where generated files go, seen from the manifest.", { default: "ci-vault" }).optional(),
  targets: z
    .array(z.enum(["gitlab", "vault"]).meta(open))
    .min(1)
    .optional()
    .meta({
      description: "Which halves to write.",
      default: ["gitlab", "vault"],
    }),
});

export const manifestSchema = z.strictObject({
  version: z.literal(1).meta({ description: "Version of the language.", ...open }),
  name: text("Prefix of role and policy names.", {
    default: "the path of the (first) project or group, `/` written as `--`",
  }).optional(),
  gitlab: gitlab.meta({ description: "The GitLab side: instance, and who may log in." }),
  vault: vault.meta({ description: "The Vault or OpenBao side." }),
  environments: z.record(z.string(), environment).meta({
    description: "Sets of secrets, each with one answer to «who may read».",
  }),
  secrets: z.record(z.string(), secret).optional().meta({
    description: "Secrets of every environment: variable name -> where it is stored.",
  }),
  jobs: z.record(z.string(), job).optional().meta({ description: "Jobs to generate." }),
  outputs: outputs.optional().meta({ description: "Which files, where." }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestSecret = z.infer<typeof secret>;
export type ManifestEnvironment = z.infer<typeof environment>;
export type ManifestRef = z.infer<typeof ref>;
