import { type Document, isAlias, isCollection, isMap, isScalar, type Node, visit, type YAMLMap } from "yaml";
import { atSpan, type Diagnostic, type Place, report } from "../diagnostics/index.ts";
import { PLACEHOLDERS } from "./schema-words.ts";

/** Deeper than any job body, and far from where a recursive reader would run out of stack. */
const MAX_DEPTH = 100;

/** What is valid YAML and still no data: keys twice, keys that are no text, aliases without anchor or in a circle. */
export function checkNodes(document: Document.Parsed): Diagnostic[] {
  const found: Diagnostic[] = unknownTags(document);
  const anchors = new Map<string, Node>();
  visit(document, {
    // One callback for all kinds: a more particular one would be called in its place.
    Node(_, node, path) {
      if (isMap(node)) found.push(...checkKeys(node));
      if ("anchor" in node && node.anchor !== undefined) anchors.set(node.anchor, node as Node);
      if (isCollection(node) && path.length > 2 * MAX_DEPTH) {
        found.push(report("manifest/syntax", placeOf(node), "this is nested too deeply", {}));
        return visit.BREAK;
      }
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) {
          const help = "define it above: `&name` before the value that `*name` repeats";
          found.push(
            report("manifest/syntax", placeOf(node), "an alias stands for an anchor that does not exist", {
              help,
            }),
          );
        } else if (path.includes(target)) {
          found.push(report("manifest/alias-bomb", placeOf(node), "this alias contains itself", {}));
        }
      }
      return undefined;
    },
  });
  return found;
}

function checkKeys(map: YAMLMap): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, Place>();
  for (const { key, value } of map.items) {
    const place = placeOf(key);
    if (map.flow === true && value === null) {
      found.push(valueInBraces(map, key));
      continue;
    }
    if (!isScalar(key) || key.value === "__proto__") {
      // The library would make up a text for it; JavaScript objects have a use of their own for `__proto__`.
      const help = "write a plain word, or quote the key";
      found.push(report("manifest/wrong-type", place, "this cannot be a key", { help }));
      continue;
    }
    // As text: `1` and `"1"` are two keys to YAML, and one to everything after it.
    const name = String(key.value);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, place);
    else if (typeof key.value !== "symbol") {
      found.push(
        report("manifest/duplicate-key", place, "this key stands twice in the same mapping", {
          label: "again here",
          also: [{ place: first, text: "first here" }],
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
