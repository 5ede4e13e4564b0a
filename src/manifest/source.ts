import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, visit } from "yaml";
import type { Place, Route, Source, Span } from "../diagnostics/index.ts";
import { isPublic } from "./schema-walk.ts";

/** A source with positions; `document` is absent when the text could not be parsed as YAML. */
export function createSource(path: string, text: string, document?: Document.Parsed): Source {
  let hidden: readonly Span[] | undefined;
  return {
    path,
    text,
    locate: (place) => (place.at === "span" ? place.span : document && locate(document, place)),
    hidden: () =>
      (hidden ??= document && document.errors.length === 0 ? hiddenValues(document, text) : hiddenText(text)),
  };
}

/** Follows the route as far as it goes; the place of a missing key is the nearest key above it. */
function locate(document: Document.Parsed, place: Place & { route: Route }): Span | undefined {
  let node: unknown = document.contents;
  let pair: Pair | undefined;
  for (const step of place.route) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const found = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (found === undefined) return spanOf(pair?.key) ?? spanOf(node);
      pair = found;
      next = found.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      pair = undefined;
    }
    if (next === undefined || next === null) return spanOf(pair?.key) ?? spanOf(node);
    node = next;
  }
  if (place.at === "key" && pair !== undefined) return spanOf(pair.key);
  // A whole block has no caret of its own: its key stands for it.
  if ((isMap(node) || isSeq(node)) && !node.flow && pair !== undefined) return spanOf(pair.key);
  return spanOf(node) ?? spanOf(pair?.key);
}

function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? { start: range[0], end: Math.max(range[1], range[0] + 1) } : undefined;
}

/**
 * All but keys, punctuation and the values that the schema marks as public. Found from what may be shown, so that
 * whatever nobody thought of (comments, anchors, tags) stays hidden.
 */
function hiddenValues(document: Document.Parsed, text: string): readonly Span[] {
  const shown: Span[] = [];
  visit(document, {
    Scalar(key, node, path) {
      if (!node.range) return;
      const route = path.flatMap((step) =>
        isPair(step) && isScalar(step.key) ? [String(step.key.value)] : isSeq(step) ? ["*"] : [],
      );
      if (key === "key" || isPublic(route)) shown.push({ start: node.range[0], end: node.range[1] });
    },
  });
  const hidden: Span[] = [];
  let at = 0;
  for (const span of [
    ...shown.toSorted((a, b) => a.start - b.start),
    { start: text.length, end: text.length },
  ]) {
    for (const match of text
      .slice(at, span.start)
      .matchAll(/[^\s{}[\],:?|>-][^\n]*[^\s{}[\],:]|[^\s{}[\],:?|>-]/g)) {
      hidden.push({ start: at + match.index, end: at + match.index + match[0].length });
    }
    at = Math.max(at, span.end);
  }
  return hidden;
}

/** Without a parsed document nobody knows what is what: only keys and punctuation are shown. */
function hiddenText(text: string): readonly Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const key = /^\s*(?:- +)*[A-Za-z_.-][\w.-]*:(?=\s)/.exec(line)?.[0].length ?? 0;
    const rest = line.slice(key).trim();
    if (rest !== "" && !/^[\][{}:,|>-]+$/.test(rest)) {
      const start = at + key + line.slice(key).indexOf(rest);
      spans.push({ start, end: start + rest.length });
    }
    at += line.length + 1;
  }
  return spans;
}
