import type { Place, Span } from "./diagnostic.ts";

/** A text that diagnostics point into, and how a renderer finds places and hides values in it. */
export interface Source {
  /** As the user wrote it on the command line; printed, never opened. */
  readonly path: string;
  readonly text: string;
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
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line, column: Array.from(before.slice(lineStart)).length + 1 };
}
