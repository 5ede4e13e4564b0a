import * as z from "zod";
import { open, text } from "./schema-words.ts";

/** A file made of text and secrets. Its text is public: it stands in the generated fragment. */
export const file = z.strictObject({
  template: text(
    "The text of the file. `{NAME}` is the value of that secret's variable; `{{` and `}}` are braces.",
    { examples: ["//npm.example.com/:_authToken={NPM_TOKEN}\n"] },
  ),
  filename: text("Its name, for tools that insist on one.", {
    otherwise: "the variable's name",
    examples: [".npmrc"],
  }).optional(),
  escape: z
    .enum(["none", "json", "yaml", "ini", "properties", "url"])
    .optional()
    .meta({
      description:
        "How values are written: `json` and `yaml` for the inside of double quotes, `properties` for Java, `url` for a part of an address. `ini` changes nothing and refuses what INI files cannot hold.",
      default: "none",
      ...open,
    }),
});

const FILE_HINT =
  'for example `NPMRC: { template: "//npm.example.com/:_authToken={NPM_TOKEN}", filename: .npmrc }`';
/** Variable name -> file. */
export const files = z.record(z.string(), file).meta({ hint: FILE_HINT });

export type ManifestFile = z.infer<typeof file>;
