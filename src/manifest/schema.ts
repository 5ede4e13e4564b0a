import * as z from "zod";
import { environment, reader, secret } from "./schema-environments.ts";
import { files } from "./schema-files.ts";
import { gitlab, vault } from "./schema-servers.ts";
import { open, text, texts } from "./schema-words.ts";

const job = z
  .looseObject({
    environments: texts()
      .min(1)
      .optional()
      .meta({
        description: "The environments the job runs for; one job each, `<name>:<environment>`.",
        otherwise: "all",
        examples: [["production"]],
      }),
  })
  .meta({
    description: "A GitLab job. All other keys are passed through as they are.",
    hint: "for example `deploy: { script: ./deploy.sh }`",
  });

const outputs = z.strictObject({
  directory: text("Where generated files go, seen from the manifest.", { default: "ci-vault" }).optional(),
  targets: z
    .array(z.enum(["gitlab", "vault", "terraform", "openbao", "docs", "component"]).meta(open))
    .min(1)
    .optional()
    .meta({ description: "What to write.", default: ["gitlab", "vault"] }),
});

/** The language: structure, descriptions and what may be shown, in one place. */
export const manifestSchema = z
  .strictObject({
    version: z
      .literal(1)
      .meta({ description: "Version of the language.", hint: "write `version: 1`", ...open }),
    name: text("Prefix of role and policy names.", {
      otherwise: "the path of the (first) project or group, `/` written as `--`",
      examples: ["shop"],
    }).optional(),
    gitlab: gitlab.meta({
      description: "The GitLab side: instance, and who may log in.",
      examples: [{ url: "https://gitlab.example.com", project: { id: 22, path: "mygroup/myproject" } }],
    }),
    vault: vault.meta({
      description: "The Vault or OpenBao side.",
      examples: [{ url: "https://vault.example.com:8200" }],
    }),
    environments: z.record(z.string(), environment).meta({
      description: "Sets of secrets, each with one answer to «who may read».",
      hint: "for example `staging: { refs: default-branch }`",
      examples: [{ staging: { refs: "default-branch" }, production: { refs: "protected-tags" } }],
    }),
    secrets: z
      .record(z.string(), secret)
      .optional()
      .meta({
        description: "Secrets of every environment: variable name -> where it is stored.",
        hint: "for example `DB_PASSWORD: secret/myproject/{environment}/db#password`",
        examples: [{ DB_PASSWORD: "secret/myproject/{environment}/db#password" }],
      }),
    files: files.optional().meta({
      description:
        "Files made of text and secrets: variable name -> file. Private (0600), outside the checkout, removed when the job ends; the variable holds the path.",
      examples: [{ NPMRC: { template: "//npm.example.com/:_authToken={NPM_TOKEN}\n", filename: ".npmrc" } }],
    }),
    reader: reader.optional().meta({
      description:
        "How jobs read. `script`: the generated shell functions. `cli`: the same by the `vault` or `bao` of the job's image. `native`: GitLab's `secrets:` keyword (Premium), whose values the runner masks.",
      default: "script",
      ...open,
    }),
    jobs: z
      .record(z.string(), job)
      .optional()
      .meta({ description: "Jobs to generate.", examples: [{ deploy: { script: "./deploy.sh" } }] }),
    outputs: outputs
      .optional()
      .meta({ description: "Which files, where.", examples: [{ targets: ["gitlab", "vault", "docs"] }] }),
  })
  .meta({ hint: "start with `version: 1`; docs/manifest.md shows the smallest manifest" });

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestSecret = z.infer<typeof secret>;
export type { ManifestFile } from "./schema-files.ts";
export type ManifestEnvironment = z.infer<typeof environment>;
