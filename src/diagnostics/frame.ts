import type { Label, Span } from "./diagnostic.ts";
import { positionOf, type Source } from "./source.ts";

const MASK = "***";
/** A frame is for eyes: the rest of an over-long line says nothing more. */
const WIDTH = 100;

/**
 * The source line of a label with a caret below it. Every value that is not public is replaced by `***` of fixed
 * length: the frame ends up in job logs, and someone will paste a real secret into a manifest.
 */
export function renderFrame(source: Source, label: Label, gutter: number): string[] {
  const span = source.locate(label.place);
  if (span === undefined) return [];
  const { line } = positionOf(source.text, span.start);
  const lineStart = source.text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = source.text.indexOf("\n", lineStart);
  const lineEnd = newline === -1 ? source.text.length : newline;
  const shown = maskLine(source, { start: lineStart, end: lineEnd }, span);
  const mark = `${" ".repeat(shown.column)}${"^".repeat(Math.max(1, shown.width))}`;
  const bar = `${" ".repeat(gutter)} |`;
  return [
    bar,
    `${String(line).padStart(gutter)} | ${shown.text}`.trimEnd(),
    `${bar} ${mark}${label.text === undefined ? "" : ` ${label.text}`}`,
  ];
}

interface Shown {
  readonly text: string;
  /** Screen columns before the caret, and under it. */
  readonly column: number;
  readonly width: number;
}

function maskLine(source: Source, line: Span, mark: Span): Shown {
  let text = "";
  let column: number | undefined;
  let endColumn = 0;
  const markEnd = Math.min(mark.end, line.end);
  /** Appends one piece of the line; `from`/`to` are its offsets in the source. */
  const append = (piece: string, from: number, to: number) => {
    const begin = screenWidth(text);
    text += piece;
    const masked = piece === MASK;
    if (column === undefined && mark.start < to) {
      column = begin + (masked ? 0 : screenWidth(piece.slice(0, Math.max(0, mark.start - from))));
    }
    if (markEnd > from)
      endColumn = begin + (masked ? MASK.length : screenWidth(piece.slice(0, markEnd - from)));
  };
  let at = line.start;
  for (const hidden of source.hidden()) {
    if (hidden.end <= line.start || hidden.start >= line.end) continue;
    const from = Math.max(at, hidden.start);
    const to = Math.min(hidden.end, line.end);
    if (from > at) append(printable(source.text.slice(at, from)), at, from);
    if (to > from) append(MASK, from, to);
    at = Math.max(at, to);
  }
  if (at < line.end) append(printable(source.text.slice(at, line.end)), at, line.end);
  const start = column ?? screenWidth(text);
  const clipped = text.length > WIDTH && start < WIDTH ? `${text.slice(0, WIDTH)}…` : text;
  return { text: clipped, column: start, width: Math.max(1, Math.min(endColumn, WIDTH) - start) };
}

/** Control characters would act on the terminal instead of being shown; tabs would move the caret. */
function printable(text: string): string {
  return text
    .replace(/\t/g, " ")
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "");
}

/** Columns on a terminal: two for East Asian wide characters and emoji, none for combining marks. */
export function screenWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
