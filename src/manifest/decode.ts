import { type Checked, checked, report } from "../diagnostics/index.ts";

/** Twice GitLab's own limit for one YAML file, and far beyond any real manifest. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Bytes to text; only UTF-8 without NUL is text here. */
export function decode(bytes: Uint8Array): Checked<string> {
  if (bytes.length > MAX_BYTES) {
    const message = `the manifest has ${bytes.length} bytes; the limit is ${MAX_BYTES}`;
    const help = "split it: one manifest per project or per group of secrets";
    return { diagnostics: [report("manifest/too-large", undefined, message, { help })] };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return checked(text, []);
  } catch {
    // Not UTF-8: the same answer as for a NUL.
  }
  const help = "is this the right file? a manifest is UTF-8 text without NUL bytes";
  return {
    diagnostics: [report("manifest/not-text", undefined, "the manifest is not UTF-8 text", { help })],
  };
}
