import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parse, type CollectionTag } from "yaml";

/** GitLab's schema models `!reference` as the list that it is written as. */
const referenceTag: CollectionTag = {
  tag: "!reference",
  collection: "seq",
  resolve: (value) => (value as { toJSON(): string[] }).toJSON(),
};

/** A fragment as plain data, read by one of the two YAML versions. */
export function readYaml(text: string, version: "1.1" | "1.2"): Record<string, unknown> {
  return parse(text, { version, customTags: [referenceTag] }) as Record<string, unknown>;
}

// Beside the project and not in it: GitLab's file has its own licence and its own pace.
const schemaFile = fileURLToPath(new URL("../../../shared/reference/gitlab-ci.schema.json", import.meta.url));

export const missingSchema = "no ../shared/reference/gitlab-ci.schema.json beside the project";

export function gitlabSchema(): Record<string, unknown> | undefined {
  if (!existsSync(schemaFile)) return undefined;
  return JSON.parse(readFileSync(schemaFile, "utf8")) as Record<string, unknown>;
}
