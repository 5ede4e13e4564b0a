import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { Place, Route, Source, Span } from "../diagnostics/index.ts";
import { hiddenText, hiddenValues } from "./mask.ts";

/** A source with positions; `document` is absent when the text could not be parsed as YAML. */
export function createSource(path: string, text: string, document?: Document.Parsed): Source {
  let hidden: readonly Span[] | undefined;
  let starts: readonly number[] | undefined;
  const pairs = pairFinder();
  return {
    path,
    text,
    lineStarts: () => (starts ??= lineStarts(text)),
    locate: (place) => (place.at === "span" ? place.span : document && locate(document, place, pairs)),
    hidden: () => (hidden ??= document === undefined ? hiddenText(text) : hiddenValues(document, text)),
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Follows the route as far as it goes; the place of a missing key is the nearest key above it. */
function locate(
  document: Document.Parsed,
  place: Place & { route: Route },
  pairOf: PairFinder,
): Span | undefined {
  let node: unknown = document.contents;
  let pair: Pair | undefined;
  for (const step of place.route) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const found = pairOf(node, String(step));
      if (found === undefined) return spanOf(pair?.key) ?? spanOf(node);
      pair = found;
      next = found.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      if (next !== undefined) pair = undefined;
    }
    if (next === undefined || next === null) return spanOf(pair?.key) ?? spanOf(node);
    node = next;
  }
  if (place.at === "key" && pair !== undefined) return spanOf(pair.key);
  // A whole block has no caret of its own: its key stands for it. An empty value has no text.
  const block = (isMap(node) || isSeq(node)) && !node.flow;
  if (pair !== undefined && (block || isEmpty(node))) return spanOf(pair.key);
  return spanOf(node) ?? spanOf(pair?.key);
}

type PairFinder = (map: YAMLMap, key: string) => Pair | undefined;

/** Remembers the keys of each mapping: with thousands of findings in one mapping, searching it each time takes minutes. */
function pairFinder(): PairFinder {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map, key) => {
    let pairs = known.get(map);
    if (pairs === undefined) {
      pairs = new Map(
        map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])),
      );
      known.set(map, pairs);
    }
    return pairs.get(key);
  };
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.range?.[0] === node.range?.[1];
}

function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? { start: range[0], end: Math.max(range[1], range[0] + 1) } : undefined;
}
