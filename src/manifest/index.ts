// In:  the bytes of a manifest.
// Out: a `Manifest`, exactly as written, and a `Source` that knows every position.
// Does not know: defaults, what a name or path means, GitLab, Vault.

import { checked, type Checked, type Source } from "../diagnostics/index.ts";
import { decode, parse } from "./parse.ts";
import { type Manifest, manifestSchema } from "./schema.ts";
import { createSource } from "./source.ts";
import { explainIssues } from "./validate.ts";

export { Reference } from "./reference.ts";
export {
  type Manifest,
  type ManifestEnvironment,
  type ManifestRef,
  type ManifestSecret,
  PLACEHOLDERS,
} from "./schema.ts";

/** `source` is there even when there is no manifest: its diagnostics have to point somewhere. */
export interface ManifestRead extends Checked<Manifest> {
  readonly source: Source;
}

/** Reads one manifest. `path` is for messages only. Structure is checked here, meaning is not. */
export function readManifest(path: string, bytes: Uint8Array): ManifestRead {
  const text = decode(bytes);
  if (text.value === undefined) return { source: createSource(path, ""), diagnostics: text.diagnostics };
  const parsed = parse(text.value);
  if (parsed.value === undefined)
    return { source: createSource(path, text.value), diagnostics: parsed.diagnostics };
  const { document, data } = parsed.value;
  const source = createSource(path, text.value, document);
  // Compiled checks pay off for large manifests only: compiling them takes longer than a small one's check.
  const result = manifestSchema.safeParse(data, { jitless: text.value.length < 100_000 });
  if (!result.success) return { source, diagnostics: explainIssues(result.error.issues, data) };
  return { source, ...checked(result.data, []) };
}
