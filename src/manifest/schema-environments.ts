import * as z from "zod";
import { files } from "./schema-files.ts";
import { secretLong } from "./schema-secrets.ts";
import { open, text, texts } from "./schema-words.ts";

const protection = z
  .boolean()
  .optional()
  .meta({ description: "Only protected (or only unprotected) refs.", otherwise: "both", ...open });

const refObject = z.union([
  z.strictObject({
    branch: text("A branch name; `*` stands for any run of characters, `/` included.", {
      examples: ["main", "release-*"],
    }),
    protected: protection,
  }),
  z.strictObject({
    tag: text("A tag name; `*` stands for any run of characters.", { examples: ["v*"] }),
    protected: protection,
  }),
]);

const REF_HINT = "for example `default-branch`, `protected-tags`, `{ branch: NAME }` or `{ tag: NAME }`";
const ref = z
  .union([
    z.enum(["default-branch", "protected-branches", "protected-tags", "merge-requests"]).meta(open),
    refObject,
  ])
  .meta({ hint: REF_HINT });

const SECRET_HINT = "write `mount/path#field`, or a mapping with `path` and `field`";
export const secret = z
  .union([
    z.string().meta({
      description: "Short form: `mount/path#field`.",
      examples: ["secret/myproject/{environment}/db#password"],
    }),
    secretLong,
  ])
  .meta({ hint: SECRET_HINT });

const gitlabEnvironment = z.union([
  z.string().meta(open),
  z.strictObject({
    name: text("Name of the GitLab environment.", { examples: ["production"] }),
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
        otherwise: "not bound",
        ...open,
      }),
    tier: z
      .enum(["production", "staging", "testing", "development", "other"])
      .optional()
      .meta({ description: "Deployment tier, bound as `deployment_tier`.", otherwise: "not bound", ...open }),
  }),
]);

export const reader = z.enum(["script", "cli", "native"]);

const CLAIM_HINT = "put the value in quotes: what can be bound is text in the token";

export const environment = z.strictObject({
  refs: z.union([ref, z.array(ref).min(1)]).meta({
    description:
      "From which refs the secrets may be read; of a list, any: `default-branch`, `protected-branches`, `protected-tags`, `merge-requests`, `{branch: PATTERN}`, `{tag: PATTERN}`.",
    hint: REF_HINT,
    examples: ["protected-tags", { branch: "release/*", protected: true }, ["default-branch", { tag: "v*" }]],
  }),
  sources: texts()
    .min(1)
    .optional()
    .meta({
      description: "Only these pipeline sources (`push`, `web`, `schedule`, …).",
      otherwise:
        "tags: any; branches: those that run the branch itself (`api`, `pipeline`, `push`, `schedule`, `trigger`, `web`)",
      examples: [["push", "web"]],
    }),
  gitlab_environment: gitlabEnvironment.optional().meta({
    description: "The GitLab environment that jobs enter; its name is then bound in the role.",
    otherwise: "none",
    examples: ["production", { name: "production", tier: "production" }],
  }),
  claims: z
    .record(z.string(), z.union([z.string().meta(open), texts().min(1)]).meta({ hint: CLAIM_HINT }))
    .optional()
    .meta({
      description: "Further claims that must hold: claim -> value or list of values.",
      examples: [{ user_login: ["alice", "bob"] }],
    }),
  reader: reader.optional().meta({
    description: "Another way of reading than the manifest's `reader`.",
    otherwise: "the manifest's",
    ...open,
  }),
  files: files.optional().meta({
    description: "Files of this environment only. They replace shared ones of the same name.",
    examples: [{ NPMRC: { template: "//npm.example.com/:_authToken={NPM_TOKEN}\n" } }],
  }),
  env_file: text(
    "A variable that will hold the path of a file with the environment's secrets, for `docker run --env-file`.",
    { otherwise: "none", examples: ["APP_ENV"] },
  ).optional(),
  secrets: z
    .record(z.string(), z.union([...secret.options, z.null()]).meta({ hint: SECRET_HINT }))
    .optional()
    .meta({
      description:
        "Secrets of this environment only. They replace shared ones of the same name; `null` removes one.",
      examples: [{ TLS_KEY: "secret/myproject/tls#key", DEBUG_TOKEN: null }],
    }),
});

export type ManifestRef = z.infer<typeof ref>;
