import { type Document, isMap, isScalar, isSeq, type Pair, parseAllDocuments } from "yaml";

/**
 * Puts an item into a list of somebody's YAML file by inserting text, so that her comments, quotes and order stay as
 * they are. `item` is written for a list that is not indented. Undefined where the file has a form that only its author
 * should change; the same text where the item is there already (`isThere`, asked with the entries as data).
 */
export function insertItem(
  text: string,
  key: string,
  item: readonly string[],
  isThere: (entry: unknown) => boolean,
): string | undefined {
  const before = read(text, key);
  if (before === undefined) return undefined;
  if (entriesOf(before.value).some(isThere)) return text;
  const after = text.includes("\r\n") ? undefined : inserted(text, before, key, item);
  // The proof is in the reading: the new item, and nothing else, has come in.
  const found = after === undefined ? undefined : read(after, key);
  if (after === undefined || found === undefined) return undefined;
  const rest = entriesOf(found.value).filter((entry) => !isThere(entry));
  const isRight =
    JSON.stringify(rest) === JSON.stringify(entriesOf(before.value)) &&
    entriesOf(found.value).length === rest.length + 1 &&
    JSON.stringify({ ...found.data, [key]: undefined }) ===
      JSON.stringify({ ...before.data, [key]: undefined });
  return isRight ? after : undefined;
}

interface Found {
  readonly data: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly pair: Pair | undefined;
  /** Where the document begins: after a `spec` header there is a `---`. */
  readonly start: number;
}

function read(text: string, key: string): Found | undefined {
  const documents = [...parseAllDocuments(text, { logLevel: "silent" })];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  const document = documents.at(-1);
  const contents = document?.contents ?? null;
  const empty = { value: undefined, pair: undefined, start: text.length };
  if (contents === null || (isScalar(contents) && contents.value === null)) return { data: {}, ...empty };
  if (document === undefined || !isMap(contents)) return undefined;
  const data = asData(document);
  const pair = contents.items.find((one) => isScalar(one.key) && one.key.value === key) as Pair | undefined;
  return data && { data, value: data[key], pair, start: contents.range?.[0] ?? text.length };
}

/** Undefined for an alias that leads nowhere, or to too much. */
function asData(document: Document): Record<string, unknown> | undefined {
  try {
    return document.toJS() as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** What stands under the key, as the list that it is or is short for. */
function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function inserted(text: string, found: Found, key: string, item: readonly string[]): string | undefined {
  const { pair, start } = found;
  if (pair === undefined) {
    const block = `${key}:\n${item.map((line) => `  ${line}\n`).join("")}`;
    if (text.slice(start) === "") return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${block}`;
    return `${text.slice(0, start)}${block}\n${text.slice(start)}`;
  }
  const node = pair.value;
  if (isSeq(node) && !node.flow && node.range) {
    // Before the first item: what follows the last one, a comment perhaps, belongs to somebody.
    const line = text.lastIndexOf("\n", node.range[0] - 1) + 1;
    const indent = text.slice(line, node.range[0]);
    if (indent.trim() !== "") return undefined;
    return text.slice(0, line) + item.map((one) => `${indent}${one}\n`).join("") + text.slice(line);
  }
  if (isMap(node) && !node.flow && node.range) return besideMapping(text, node.range, item);
  if (
    isScalar(node) &&
    node.range &&
    typeof node.value === "string" &&
    !/^[|>]/.test(text.slice(node.range[0]))
  ) {
    const [from, to] = node.range;
    const head = text.slice(0, from).replace(/[ \t]+$/, "");
    return `${head}\n${item.map((line) => `  ${line}\n`).join("")}  - ${text.slice(from, to)}${text.slice(to)}`;
  }
  return undefined;
}

/** `include:` with one mapping below it: the mapping becomes the second item. */
function besideMapping(
  text: string,
  [from, to]: readonly [number, number, number],
  item: readonly string[],
): string | undefined {
  const line = text.lastIndexOf("\n", from - 1) + 1;
  const indent = text.slice(line, from);
  if (indent.trim() !== "" || indent === "") return undefined;
  const body = text.slice(from, to).replace(/\n(?=[^\n])/g, "\n  ");
  return `${text.slice(0, line)}${item.map((one) => `${indent}${one}\n`).join("")}${indent}- ${body}${text.slice(to)}`;
}

/** Puts a block of lines at the end, unless all of them are there already. */
export function appendLines(text: string, lines: readonly string[]): string {
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const rules = lines.filter((line) => !line.startsWith("#") && !line.startsWith("["));
  if (rules.every((line) => present.has(line))) return text;
  const gap = text === "" ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  return `${text}${gap}${lines.join("\n")}\n`;
}
