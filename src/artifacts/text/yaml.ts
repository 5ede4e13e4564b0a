import { Alias, Document, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { type JobValue, Reference } from "../../plan/index.ts";

/** An entry of a mapping with a comment above it. */
export interface Entry {
  readonly key: string;
  readonly value: JobValue;
  readonly comment?: string;
}

/**
 * GitLab YAML from data: entries in their order, a blank line between them, the header as comment on top. GitLab reads
 * YAML 1.1 and editors read 1.2, so whatever could mean something else in either is quoted; no line is ever folded.
 * A text in `shared` is written once, under its name as an anchor, and referred to where it occurs again.
 */
export function printYaml(
  header: string,
  entries: readonly Entry[],
  shared: Readonly<Record<string, string>> = {},
): string {
  const map = new YAMLMap();
  const document = new Document(map, { compat: "yaml-1.1" });
  const scalarOf = scalarMaker(shared);
  for (const { key, value, comment } of entries) {
    const name = new Scalar(key);
    name.type = styleOf(key);
    if (comment !== undefined) name.commentBefore = commentLines(comment);
    name.spaceBefore = true;
    map.items.push(new Pair(name, toNode(value, scalarOf)));
  }
  const body = document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: 1_000_000,
  });
  return `${commentLines(header)
    .split("\n")
    .map((text) => `#${text}`)
    .join("\n")}\n${body.replace(UNPRINTED, escaped)}`;
}

/**
 * Characters that YAML 1.1 takes for line breaks or forbids, and which the library leaves as they are. They occur in
 * double-quoted text only (`styleOf`), where each has an escape that both versions know.
 */
const UNPRINTED = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function commentLines(text: string): string {
  return text
    .split("\n")
    .map((part) => (part === "" ? "" : ` ${part}`))
    .join("\n");
}

/** Scalars in their style; a shared text is written out the first time and is an alias from then on. */
function scalarMaker(shared: Readonly<Record<string, string>>): (value: Plain) => Scalar | Alias {
  const anchors = new Map(Object.entries(shared).map(([name, text]) => [text, name]));
  const printed = new Set<string>();
  return (value) => {
    const scalar = new Scalar(value);
    if (typeof value !== "string") return scalar;
    scalar.type = styleOf(value);
    const anchor = anchors.get(value);
    if (anchor === undefined) return scalar;
    if (printed.has(anchor)) return new Alias(anchor);
    printed.add((scalar.anchor = anchor));
    return scalar;
  };
}

type Plain = string | number | boolean | null;

function toNode(value: JobValue, scalarOf: (value: Plain) => Scalar | Alias): unknown {
  if (value instanceof Reference) {
    const sequence = new YAMLSeq();
    sequence.tag = "!reference";
    sequence.flow = true;
    sequence.items = value.path.map(scalarOf);
    return sequence;
  }
  if (Array.isArray(value)) {
    const sequence = new YAMLSeq();
    sequence.items = value.map((item: JobValue) => toNode(item, scalarOf));
    if (value.length === 0) sequence.flow = true;
    return sequence;
  }
  if (typeof value === "object" && value !== null) {
    const map = new YAMLMap();
    map.items = Object.entries(value).map(([key, item]) => new Pair(scalarOf(key), toNode(item, scalarOf)));
    if (map.items.length === 0) map.flow = true;
    return map;
  }
  return scalarOf(value as Plain);
}

/** Words that one of the two YAML versions takes for something else than text. */
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null|\.nan|\.inf)$/i;

/** Plain only where YAML 1.1 and 1.2 cannot disagree: words that begin with a letter, or with `.` or `./` and one. */
function styleOf(text: string): Scalar.Type {
  if (text.includes("\n") && isPrintable(text)) return "BLOCK_LITERAL";
  if (
    /^(?:\.?\/?|\/)[A-Za-z][\w./:@=+-]*(?: [\w./@=+-]+)*$/.test(text) &&
    !text.endsWith(":") &&
    !NOT_TEXT.test(text)
  ) {
    return "PLAIN";
  }
  return text.includes('"') && !text.includes("'") && isPrintable(text) ? "QUOTE_SINGLE" : "QUOTE_DOUBLE";
}

/** Characters that both YAML versions allow outside double quotes. */
function isPrintable(text: string): boolean {
  return (
    !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\p{Surrogate}]/u.test(text) &&
    !/^[ \t\n]|[ \t]\n/.test(text)
  );
}
