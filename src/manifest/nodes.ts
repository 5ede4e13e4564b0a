import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type YAMLMap,
} from "yaml";
import { atSpan, type Diagnostic, type Place, report } from "../diagnostics/index.ts";
import { PLACEHOLDERS } from "./schema-words.ts";

/** Deeper than any job body, and far from where a recursive reader would run out of stack. */
const MAX_DEPTH = 100;

/** What is valid YAML and still no data: keys twice, keys that are no text, aliases without anchor or in a circle. */
export function checkNodes(document: Document.Parsed): Diagnostic[] {
  const found: Diagnostic[] = unknownTags(document);
  const anchors = new Map<string, Node>();
  const around: Node[] = [];
  // By hand: the library's `visit` makes a list of ancestors for every node, and a manifest may have many thousands.
  const walk = (node: unknown): boolean => {
    if (isScalar(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node as Node);
      return true;
    }
    if (isAlias(node)) {
      found.push(...checkAlias(node, anchors.get(node.source), around));
      return true;
    }
    if (!isCollection(node)) return true;
    if (isMap(node)) found.push(...checkKeys(node));
    if (node.anchor !== undefined) anchors.set(node.anchor, node as Node);
    if (around.length >= MAX_DEPTH) {
      found.push(report("manifest/syntax", placeOf(node), "this is nested too deeply", {}));
      return false;
    }
    around.push(node as Node);
    const whole = node.items.every((item) =>
      isPair(item) ? walk(item.key) && walk(item.value) : walk(item),
    );
    around.pop();
    return whole;
  };
  walk(document.contents);
  return found;
}

function checkAlias(alias: Alias, target: Node | undefined, around: readonly Node[]): readonly Diagnostic[] {
  if (target === undefined) {
    const help = "define it above: `&name` before the value that `*name` repeats";
    const message = "an alias stands for an anchor that does not exist";
    return [report("manifest/syntax", placeOf(alias), message, { help })];
  }
  if (!around.includes(target)) return [];
  return [report("manifest/alias-bomb", placeOf(alias), "this alias contains itself", {})];
}

function checkKeys(map: YAMLMap): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, unknown>();
  for (const { key, value } of map.items) {
    if (map.flow === true && value === null) {
      found.push(valueInBraces(map, key));
      continue;
    }
    if (!isScalar(key) || key.value === "__proto__") {
      // The library would make up a text for it; JavaScript objects have a use of their own for `__proto__`.
      const help = "write a plain word, or quote the key";
      found.push(report("manifest/wrong-type", placeOf(key), "this cannot be a key", { help }));
      continue;
    }
    // As text: `1` and `"1"` are two keys to YAML, and one to everything after it.
    const name = String(key.value);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, key);
    else if (typeof key.value !== "symbol") {
      found.push(
        report("manifest/duplicate-key", placeOf(key), "this key stands twice in the same mapping", {
          label: "again here",
          also: [{ place: placeOf(first), text: "first here" }],
          notes: ["YAML readers take one of the two values without a word, and not all take the same"],
          help: "keep one of them",
        }),
      );
    }
  }
  return found;
}

/**
 * `{environment}` and `{hunter2}` without quotes are mappings to YAML, with a key and no value. What stands there may be
 * the begin of a password, so only a placeholder is named.
 */
function valueInBraces(map: YAMLMap, key: unknown): Diagnostic {
  const text = isScalar(key) && map.items.length === 1 ? key.value : undefined;
  const placeholder = PLACEHOLDERS.find((name) => name === text);
  if (placeholder === undefined) {
    return report("manifest/wrong-type", placeOf(key), "a key without a value inside braces", {
      notes: ["YAML reads a value that begins with `{` as a mapping"],
      help: "write `key: value`; if it is meant as text, put it in quotes, braces included",
    });
  }
  return report("manifest/unquoted-placeholder", placeOf(map), "a placeholder is not quoted", {
    notes: [`YAML reads \`{${placeholder}}\` at the start of a value as a mapping`],
    help: `put it in quotes: "{${placeholder}}"`,
  });
}

/** The parser only warns about a tag that it does not know, and drops it. */
function unknownTags(document: Document.Parsed): Diagnostic[] {
  return document.warnings.slice(0, 1).map(({ pos: [start, end] }) => {
    const help = "remove it; in a job, `!reference [.job, key]` is the one tag that is passed on";
    return report("manifest/syntax", atSpan(start, end), "a manifest has no such tag or directive", { help });
  });
}

function placeOf(node: unknown): Place {
  const range = (node as Node | null)?.range;
  return range ? atSpan(range[0], Math.max(range[1], range[0] + 1)) : atSpan(0, 1);
}
