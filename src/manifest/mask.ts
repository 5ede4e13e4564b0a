import { type Document, isMap, isPair, isScalar, isSeq, type Scalar, visit } from "yaml";
import { looksSecret, type Span } from "../diagnostics/index.ts";
import { isMapping, isPublic } from "./schema-walk.ts";

/**
 * All but keys, punctuation and the values that the schema marks as public. Found from what may be shown, so that
 * whatever nobody thought of (comments, anchors, tags) stays hidden.
 */
export function hiddenValues(document: Document.Parsed, text: string): readonly Span[] {
  const shown: Span[] = [];
  visit(document, {
    Scalar(key, node, path) {
      if (!node.range || looksSecret(text.slice(node.range[0], node.range[1]))) return;
      const route = path.flatMap((step) =>
        isPair(step) && isScalar(step.key) ? [String(step.key.value)] : isSeq(step) ? ["*"] : [],
      );
      if (key === "key" ? isRealKey(node, path, route.slice(0, -1)) : isPublic(route))
        shown.push({ start: node.range[0], end: node.range[1] });
    },
  });
  const hidden: Span[] = [];
  let at = 0;
  const end = { start: text.length, end: text.length };
  for (const span of [...shown.toSorted((a, b) => a.start - b.start), end]) {
    const between = text.slice(at, span.start);
    for (const match of between.matchAll(/[^\s{}[\],:?|>-][^\n]*[^\s{}[\],:]|[^\s{}[\],:?|>-]/g)) {
      hidden.push({ start: at + match.index, end: at + match.index + match[0].length });
    }
    at = Math.max(at, span.end);
  }
  return hidden;
}

/**
 * Text that YAML took for a key can be a part of a value: `{hunter2}` is a mapping with a key and no value, and
 * `- curl -H Authorization: hunter2` has a key before the colon. Where the language has no mapping, only a word is one.
 */
function isRealKey(key: Scalar, path: readonly unknown[], mapping: readonly string[]): boolean {
  const pair = path.at(-1);
  const map = path.at(-2);
  const alone = isPair(pair) && pair.value === null && isMap(map) && map.flow === true;
  return !alone && (isMapping(mapping) || /^[\w.-]+$/.test(String(key.value)));
}

/** Without a parsed document nobody knows what is what: only keys and punctuation are shown. */
export function hiddenText(text: string): readonly Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const [before = ""] = /^\s*(?:- +)*[A-Za-z_.-][\w.-]{0,63}:(?=\s|$)/.exec(line) ?? [];
    const key = looksSecret(before) ? 0 : before.length;
    const rest = line.slice(key).trim();
    if (rest !== "" && !/^[\][{}:,|>-]+$/.test(rest)) {
      const start = at + key + line.slice(key).indexOf(rest);
      spans.push({ start, end: start + rest.length });
    }
    at += line.length + 1;
  }
  return spans;
}
