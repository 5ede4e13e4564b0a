import type { Source, Span } from "../../src/diagnostics/index.ts";

/** Takes `┆…┆` out of a text: what stands between the first two is where something is expected. */
export function marked(withMarkers: string): { readonly text: string; readonly span: Span } {
  const [before, inside, ...after] = withMarkers.split("┆");
  if (before === undefined || inside === undefined || after.length !== 1)
    throw new Error("a text needs exactly two markers");
  return {
    text: before + inside + (after[0] ?? ""),
    span: { start: before.length, end: before.length + inside.length },
  };
}

/** A source that hides what stands between `‹` and `›` (which stay in the text). */
export function plainSource(text: string): Source {
  const hidden = [...text.matchAll(/‹[^›]*›/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  return {
    path: "file",
    text,
    lineStarts: () => lineStarts,
    locate: (place) => (place.at === "span" ? place.span : undefined),
    hidden: () => hidden,
  };
}
