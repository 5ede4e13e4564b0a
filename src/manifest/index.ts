// In:  the bytes of a manifest.
// Out: a `Manifest`, exactly as written, and a `Source` that knows every position.
// Does not know: defaults, what a name or path means, GitLab, Vault.

import { checked, type Checked, type Source } from "../diagnostics/index.ts";
import { decode } from "./decode.ts";
import { parse } from "./parse.ts";
import { type Manifest, manifestSchema } from "./schema.ts";
import { createSource } from "./source.ts";
import { explainIssues } from "./validate.ts";

export {
  type ContextEntry,
  type Expectation,
  type FileRead,
  readContexts,
  readExpectation,
} from "./matrix-files.ts";
export { Reference } from "./reference.ts";
export type { ManifestRef } from "./schema-environments.ts";
export type { Manifest, ManifestEnvironment, ManifestFile, ManifestSecret } from "./schema.ts";
export { PLACEHOLDERS } from "./schema-words.ts";

/** `source` is there even when there is no manifest: its diagnostics have to point somewhere. */
export interface ManifestRead extends Checked<Manifest> {
  readonly source: Source;
}

/** Reads one manifest. `path` is for messages only. Structure is checked here, meaning is not. */
export function readManifest(path: string, bytes: Uint8Array): ManifestRead {
  const text = decode(bytes);
  if (text.value === undefined) return { source: createSource(path, ""), diagnostics: text.diagnostics };
  const { document, data, diagnostics } = parse(text.value);
  const source = createSource(path, text.value, document);
  if (diagnostics.length > 0) return { source, diagnostics };
  const result = manifestSchema.safeParse(data, { jitless: text.value.length < 100_000 });
  if (!result.success) return { source, diagnostics: explainIssues(result.error.issues, data) };
  return { source, ...checked(result.data, []) };
}
