import type { Diagnostic, Place, Span } from "./diagnostic.ts";

/** A text that diagnostics point into, and how a renderer finds places and hides values in it. */
export interface Source {
  /** As the user wrote it on the command line; printed, never opened. */
  readonly path: string;
  readonly text: string;
  /** Offset of each line's first character, ascending; the first is 0. */
  lineStarts(): readonly number[];
  locate(place: Place): Span | undefined;
  /** Ranges that must not be shown: every value that the schema does not mark as public. Sorted, disjoint. */
  hidden(): readonly Span[];
}

export interface Position {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in characters as an editor counts them (code points). */
  readonly column: number;
}

/** Line and column of an offset. */
export function positionOf(source: Source, offset: number): Position {
  const starts = source.lineStarts();
  const line = countUntil(starts, (start) => start <= offset);
  const before = source.text.slice(starts[line - 1] ?? 0, offset);
  return { line, column: Array.from(before).length + 1 };
}

/** How many leading items pass the test, which must not pass again after its first failure. */
export function countUntil<T>(items: readonly T[], test: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Findings from the top of the text to its end, those without a place first: the order in which people mend them. */
export function inOrder(
  diagnostics: readonly Diagnostic[],
  source: Source | undefined,
): readonly Diagnostic[] {
  const offset = ({ labels: [first] }: Diagnostic) => (first && source?.locate(first.place)?.start) ?? -1;
  return diagnostics
    .map((diagnostic) => ({ diagnostic, at: offset(diagnostic) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ diagnostic }) => diagnostic);
}
