import * as z from "zod";
import { open } from "./schema-words.ts";

export const secretLong = z.strictObject({
  path: z.string().meta({
    description: "Mount and path, without the `data/` of KV v2.",
    examples: ["secret/app/db"],
  }),
  field: z
    .string()
    .optional()
    .meta({ description: "The field to read into the variable that the key names.", examples: ["password"] }),
  fields: z
    .record(z.string(), z.string())
    .optional()
    .meta({
      description: "Several fields of one path: variable name -> field. The key is then only a label.",
      examples: [{ DB_USER: "username", DB_PASSWORD: "password" }],
    }),
  as: z
    .enum(["env", "file", "json", "all"])
    .optional()
    .meta({
      description:
        "`env`: a variable. `file`: a file, mode 0600, whose path the variable holds. `json`: the whole secret. `all`: every field, as `<key>_<FIELD>`.",
      default: "env",
      ...open,
    }),
  decode: z
    .enum(["base64"])
    .optional()
    .meta({ description: "Decode the stored text before use.", otherwise: "as stored", ...open }),
  with: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .meta({
      description: "Parameters of an engine that makes the secret on request (`pki`, `ssh`, `aws`, …).",
      examples: [{ common_name: "app.example.com", ttl: "1h" }],
    }),
  filename: z
    .string()
    .optional()
    .meta({
      description: "With `as: file`: the name of the file, for tools that insist on one.",
      otherwise: "the variable's name",
      examples: ["kubeconfig"],
      ...open,
    }),
  default: z
    .string()
    .optional()
    .meta({
      description: "The value where the path or field is missing. Implies `optional`.",
      otherwise: "none",
      examples: ["http://localhost:8080"],
    }),
  sensitive: z
    .boolean()
    .optional()
    .meta({
      description: "`false` for configuration that is no secret: the job prints what it read.",
      default: true,
      ...open,
    }),
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
    .meta({ description: "Version of a KV v2 secret.", otherwise: "the newest", examples: [3], ...open }),
  description: z
    .string()
    .optional()
    .meta({
      description: "For people; goes into comments and documents.",
      examples: ["password of the shop's database"],
    }),
});
