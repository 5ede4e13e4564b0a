import { type Document, isCollection, isScalar, type Scalar, visit, type YAMLError } from "yaml";
import { atSpan, type Diagnostic, report } from "../diagnostics/index.ts";
import { PLACEHOLDERS } from "./schema-words.ts";

/**
 * The parser's first error in our words. The library's own messages quote the text, which may be a secret; and where
 * something is left open, it complains at the end of the file instead of where it was opened.
 */
export function explainSyntax(error: YAMLError, document: Document.Parsed, text: string): Diagnostic {
  const [start, end] = error.pos;
  if (error.code === "MULTIPLE_DOCS") {
    return report("manifest/several-documents", atSpan(start, start + 3), "a manifest is one YAML document", {
      help: "remove the `---` line and what follows, or put it into a file of its own",
    });
  }
  const open = openQuote(error, document, text) ?? openCollection(error, document, text);
  const placeholder = open === undefined ? unquotedPlaceholder(text, start) : undefined;
  if (placeholder !== undefined) {
    return report("manifest/unquoted-placeholder", placeholder.place, "a placeholder is not quoted", {
      notes: [
        `at the start of a value, and anywhere inside \`{ … }\` or \`[ … ]\`, YAML reads \`{${placeholder.name}}\` as a mapping`,
      ],
      help: `put the whole value in quotes: "…{${placeholder.name}}…"`,
    });
  }
  if (open !== undefined) {
    return report("manifest/syntax", atSpan(open.at, open.at + 1), `not valid YAML: ${open.message}`, {
      label: "opened here",
      help: open.help,
    });
  }
  const message = `not valid YAML: ${MESSAGES[error.code] ?? "this is not expected here"}`;
  // A wrong indentation is reported at the line's begin, where there is nothing to see.
  const blanks = error.code === "BAD_INDENT" ? (/^ */.exec(text.slice(start))?.[0].length ?? 0) : 0;
  const place = atSpan(start + blanks, Math.max(end, start + blanks + 1));
  return report("manifest/syntax", place, message, { help: HELP[error.code] });
}

interface Open {
  readonly at: number;
  readonly message: string;
  readonly help: string;
}

function unquotedPlaceholder(
  text: string,
  at: number,
): { name: string; place: Diagnostic["labels"][0]["place"] } | undefined {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const line = (text.slice(lineStart).split("\n", 1)[0] ?? "")
    // What is in quotes is not the mistake.
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, (quoted) => " ".repeat(quoted.length));
  for (const name of PLACEHOLDERS) {
    const found = line.indexOf(`{${name}}`);
    // The parser stumbles over the placeholder or right behind it, never before.
    if (found === -1 || at < lineStart + found - 1) continue;
    const start = lineStart + found;
    return { name, place: atSpan(start, start + name.length + 2) };
  }
  return undefined;
}

/** A bracket that is never closed: the innermost flow collection that does not end in one. */
function openCollection(error: YAMLError, document: Document.Parsed, text: string): Open | undefined {
  if (error.code !== "BAD_INDENT" && error.code !== "MISSING_CHAR") return undefined;
  let open: Open | undefined;
  visit(document, {
    Collection(_, node) {
      if (!isCollection(node) || !node.flow || !node.range) return;
      const [at, end] = node.range;
      if (/[\]}]/.test(text.charAt(end - 1)) && end - 1 > at) return;
      const bracket = text.charAt(at);
      open = {
        at,
        message: `this \`${bracket}\` is never closed`,
        help: `close it with \`${bracket === "{" ? "}" : "]"}\`; if it belongs to the value, put the value in quotes`,
      };
    },
  });
  return open;
}

/** A quote that is never closed, or that only the next value's opening quote closed. */
function openQuote(error: YAMLError, document: Document.Parsed, text: string): Open | undefined {
  let open: Open | undefined;
  visit(document, {
    Scalar(_, node) {
      const quote = isQuoted(node) ? text.charAt(node.range?.[0] ?? 0) : "";
      if (quote === "" || !node.range) return;
      const [at, end] = node.range;
      const closed = end - 1 > at && text.charAt(end - 1) === quote;
      const eatsLines = text.slice(at, end).includes("\n") && isNear(error.pos[0], at, end, text);
      if (closed && !eatsLines) return;
      const ends = text.includes(quote, at + 1);
      const help = "close it on its line; a quote inside a value is written twice ('') or as \\\"";
      open = {
        at,
        message: ends ? "this quote ends only lines later" : "this quote is never closed",
        help,
      };
    },
  });
  return open;
}

/** Inside the value, or behind it on the line on which it ends. */
function isNear(offset: number, at: number, end: number, text: string): boolean {
  return offset >= at && (offset <= end || !text.slice(end, offset).includes("\n"));
}

function isQuoted(node: unknown): node is Scalar {
  return isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
}

const MESSAGES: Partial<Record<YAMLError["code"], string>> = {
  BAD_INDENT: "wrong indentation",
  TAB_AS_INDENT: "a tab used as indentation",
  MISSING_CHAR: "a colon, comma, bracket or quote is missing",
  BAD_ALIAS: "an alias without a name",
  BAD_SCALAR_START: "a value may not begin with this character unless it is quoted",
  BAD_DQ_ESCAPE: "an escape that double quotes do not have",
  BAD_DIRECTIVE: "a directive that cannot be followed",
  BLOCK_AS_IMPLICIT_KEY: "two keys on one line, or a key below a value",
  BLOCK_IN_FLOW: "block style inside brackets",
  MULTILINE_IMPLICIT_KEY: "a key without a colon, or one that spans lines",
  KEY_OVER_1024_CHARS: "a key of more than 1024 characters",
  RESOURCE_EXHAUSTION: "nested too deeply",
};

const HELP: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "align the key with its neighbours",
  BAD_SCALAR_START: "put the value in quotes",
  BAD_DQ_ESCAPE: "write a backslash as `\\\\`, or use single quotes, which know no escapes",
  BLOCK_AS_IMPLICIT_KEY: "put a value that holds `: ` in quotes; put nested keys on lines of their own",
  MULTILINE_IMPLICIT_KEY: "write `key: value`",
  MISSING_CHAR: "write `key: value`, with a blank after the colon",
  UNEXPECTED_TOKEN: "put a value in quotes that holds brackets, braces, quotes or a comma",
};
