import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { type Diagnostic, report } from "../diagnostics/index.ts";
import { checkNodes } from "./nodes.ts";
import { ReferenceNode } from "./reference.ts";
import { explainSyntax } from "./syntax.ts";

export interface Parsed {
  /** Absent when the text is not YAML at all. */
  readonly document?: Document.Parsed;
  /** Absent when there are diagnostics. */
  readonly data?: unknown;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text to plain data, with the document kept for positions. Finds everything that is wrong with the YAML itself. */
export function parse(text: string): Parsed {
  const document = parseDocument(text, {
    prettyErrors: false,
    // The library's own check compares every key with every other; `checkNodes` does it in one pass.
    uniqueKeys: false,
    // `<<: *anchor`, which everybody who writes GitLab YAML knows.
    merge: true,
    // Its warnings quote the text.
    logLevel: "error",
    customTags: [{ tag: "!reference", collection: "seq", nodeClass: ReferenceNode }],
  });
  const [first] = document.errors;
  // One broken place makes the parser stumble over all that follows: only the first is news.
  if (first !== undefined) return { diagnostics: [explainSyntax(first, document, text)] };
  const problems = checkNodes(document);
  if (problems.length > 0) return { document, diagnostics: problems };
  readVersionAsText(document);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch {
    const message = "aliases in the manifest expand to far too many values";
    const help = "write the values out, or use fewer aliases";
    return { document, diagnostics: [report("manifest/alias-bomb", undefined, message, { help })] };
  }
  if (data === null || data === undefined) {
    const help = "start with `version: 1`; docs/manifest.md shows the smallest manifest";
    return {
      document,
      diagnostics: [report("manifest/empty", undefined, "the manifest is empty", { help })],
    };
  }
  return { document, data, diagnostics: [] };
}

/** `version: 15.10` is the number 15.1 to YAML; the text says which GitLab was meant. */
function readVersionAsText(document: Document.Parsed): void {
  const root: unknown = document.contents;
  const gitlab = isMap(root) ? root.get("gitlab") : undefined;
  const version = isMap(gitlab) ? gitlab.get("version", true) : undefined;
  if (isScalar(version) && typeof version.value === "number" && version.source !== undefined) {
    version.value = version.source;
  }
}
