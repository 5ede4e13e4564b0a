import { type Document, isMap, isScalar, parseDocument, visit, type YAMLError } from "yaml";
import { atSpan, type Checked, checked, type Diagnostic, report } from "../diagnostics/index.ts";
import { PLACEHOLDERS } from "./schema.ts";
import { ReferenceNode } from "./reference.ts";

/** Twice GitLab's own limit for one YAML file, and far beyond any real manifest. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface Parsed {
  readonly document: Document.Parsed;
  readonly data: unknown;
}

/** Bytes to text; only UTF-8 without NUL is text here. */
export function decode(bytes: Uint8Array): Checked<string> {
  if (bytes.length > MAX_BYTES) {
    return fail(
      report(
        "manifest/too-large",
        undefined,
        `the manifest has ${bytes.length} bytes; the limit is ${MAX_BYTES}`,
        {
          help: "split it: one manifest per project or per group of secrets",
        },
      ),
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return checked(text, []);
  } catch {
    // Not UTF-8: the same answer as for a NUL.
  }
  return fail(
    report("manifest/not-text", undefined, "the manifest is not UTF-8 text", {
      help: "is this the right file? save it as UTF-8 without NUL bytes",
    }),
  );
}

/** Text to plain data, with the document kept for positions. Finds everything that is wrong with the YAML itself. */
export function parse(text: string): Checked<Parsed> {
  const document = parseDocument(text, {
    prettyErrors: false,
    // Checked below in one pass: the library compares every key with every other.
    uniqueKeys: false,
    customTags: [{ tag: "!reference", collection: "seq", nodeClass: ReferenceNode }],
  });
  const [first] = document.errors;
  // One broken place makes the parser stumble over all that follows: only the first is news.
  if (first !== undefined) return fail(syntax(first, text));
  const duplicates = duplicateKeys(document);
  if (duplicates.length > 0) return { diagnostics: duplicates };
  readVersionAsText(document);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch {
    return fail(
      report("manifest/alias-bomb", undefined, "aliases in the manifest expand to far too many values", {
        help: "write the values out, or use fewer aliases",
      }),
    );
  }
  if (data === null || data === undefined) {
    return fail(
      report("manifest/empty", undefined, "the manifest is empty", {
        help: "start with `version: 1`; docs/manifest.md shows the smallest manifest",
      }),
    );
  }
  return checked({ document, data }, []);
}

function syntax(error: YAMLError, text: string): Diagnostic {
  const [start, end] = error.pos;
  if (error.code === "MULTIPLE_DOCS") {
    return report("manifest/several-documents", atSpan(start, start + 3), "a manifest is one YAML document", {
      help: "remove the `---` line and what follows, or put it into a file of its own",
    });
  }
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(lineStart, (text.indexOf("\n", start) + 1 || text.length + 1) - 1);
  const placeholder = PLACEHOLDERS.find((name) => line.includes(`{${name}}`));
  if (placeholder !== undefined) {
    return report(
      "manifest/unquoted-placeholder",
      atSpan(start, end),
      "a placeholder in flow style is not quoted",
      {
        notes: [`inside \`{ … }\` or \`[ … ]\`, YAML reads \`{${placeholder}}\` as a mapping`],
        help: `put the whole value in quotes: "…{${placeholder}}…"`,
      },
    );
  }
  return report(
    "manifest/syntax",
    atSpan(start, end),
    `not valid YAML: ${SYNTAX[error.code] ?? "unexpected text"}`,
    {
      help: SYNTAX_HELP[error.code],
    },
  );
}

/** The library's own messages quote the text, which may be a secret: these say the same without it. */
const SYNTAX: Partial<Record<YAMLError["code"], string>> = {
  BAD_INDENT: "wrong indentation",
  TAB_AS_INDENT: "a tab used as indentation",
  MISSING_CHAR: "a closing bracket, quote or separator is missing",
  UNEXPECTED_TOKEN: "unexpected text",
  BAD_ALIAS: "an alias without its anchor",
  BAD_SCALAR_START: "a value may not begin with this character unless it is quoted",
  BAD_DQ_ESCAPE: "an unknown escape in a double-quoted value",
  BLOCK_AS_IMPLICIT_KEY: "a nested mapping on one line",
  BLOCK_IN_FLOW: "block style inside brackets",
  MULTILINE_IMPLICIT_KEY: "a key may not span lines",
  KEY_OVER_1024_CHARS: "a key of more than 1024 characters",
  IMPOSSIBLE: "unexpected text",
};

const SYNTAX_HELP: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "align the key with its neighbours",
  BAD_SCALAR_START: "put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY: "put the value in quotes, or the nested keys on lines of their own",
};

function duplicateKeys(document: Document.Parsed): Diagnostic[] {
  const found: Diagnostic[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Map<unknown, readonly [number, number]>();
      for (const pair of map.items) {
        if (!isScalar(pair.key) || !pair.key.range) continue;
        const [start, end] = pair.key.range;
        const first = seen.get(pair.key.value);
        if (first === undefined) {
          seen.set(pair.key.value, [start, end]);
          continue;
        }
        found.push(
          report("manifest/duplicate-key", atSpan(start, end), "this key stands twice in the same mapping", {
            label: "again here",
            also: [{ place: atSpan(first[0], first[1]), text: "first here" }],
            help: "keep one of them",
          }),
        );
      }
    },
  });
  return found;
}

/** `version: 15.10` is the number 15.1 to YAML; the text says which GitLab was meant. */
function readVersionAsText(document: Document.Parsed): void {
  const gitlab = document.get("gitlab");
  const version = isMap(gitlab) ? gitlab.get("version", true) : undefined;
  if (isScalar(version) && typeof version.value === "number" && version.source !== undefined) {
    version.value = version.source;
  }
}

function fail(diagnostic: Diagnostic): { diagnostics: readonly Diagnostic[] } {
  return { diagnostics: [diagnostic] };
}
