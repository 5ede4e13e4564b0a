import type { Label, Span } from "./diagnostic.ts";
import { countUntil, positionOf, type Source } from "./source.ts";
import { screenWidth } from "./width.ts";

const MASK = "***";
/** A frame is for eyes: of a longer line only the part around the caret is shown. */
const WIDTH = 100;
/** How much of a line is looked at to the left and right of the caret; a manifest may be one line of megabytes. */
const REACH = 4 * WIDTH;

/**
 * The source line of a label with a caret below it. Every value that is not public is replaced by `***` of fixed
 * length: the frame ends up in job logs, and someone will paste a real secret into a manifest.
 */
export function renderFrame(source: Source, label: Label, gutter: number): string[] {
  const span = source.locate(label.place);
  if (span === undefined) return [];
  const { line } = positionOf(source, span.start);
  const start = source.lineStarts()[line - 1] ?? 0;
  const newline = source.text.indexOf("\n", start);
  const end = newline === -1 ? source.text.length : newline;
  const whole = { start, end };
  const { text, column, width } = clip(cellsOf(source, whole, span), whole, span);
  const bar = `${" ".repeat(gutter)} |`;
  const caret = `${" ".repeat(column)}${"^".repeat(width)}`;
  return [
    bar,
    `${String(line).padStart(gutter)} | ${text}`.trimEnd(),
    `${bar} ${caret}${label.text === undefined ? "" : ` ${label.text}`}`,
  ];
}

/** A piece of the line as it is shown, and the offsets in the source that it stands for. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

function cellsOf(source: Source, line: Span, mark: Span): readonly Cell[] {
  const { text } = source;
  const end = Math.min(line.end, mark.start + REACH);
  let at = Math.max(line.start, Math.min(mark.start, line.end) - REACH);
  // Not into the middle of a character that takes two units.
  if (at > line.start && /[\udc00-\udfff]/.test(text.charAt(at))) at++;
  const hidden = source.hidden();
  let next = countUntil(hidden, (span) => span.end <= at);
  const cells: Cell[] = [];
  while (at < end) {
    const mask = hidden[next];
    if (mask !== undefined && at >= mask.start) {
      const to = Math.max(at + 1, Math.min(mask.end, line.end));
      cells.push({ text: MASK, width: MASK.length, from: at, to });
      at = to;
      next++;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const shown = printable(character);
    cells.push({ text: shown, width: screenWidth(shown), from: at, to: at + character.length });
    at += character.length;
  }
  return cells;
}

/** The cells as text, and where the caret goes; a part is cut off where the line is too long for eyes. */
function clip(
  cells: readonly Cell[],
  line: Span,
  mark: Span,
): { text: string; column: number; width: number } {
  const first = countUntil(cells, ({ to }) => to <= mark.start);
  const behind = Math.max(
    first,
    countUntil(cells, ({ from }) => from < mark.end),
  );
  const widthOf = (from: number, to: number) =>
    cells.slice(from, to).reduce((sum, { width }) => sum + width, 0);
  let from = 0;
  // The caret and at least a little of what is under it have to fit.
  if (widthOf(0, Math.min(behind, first + 20)) > WIDTH)
    while (from < first && widthOf(from, first) > WIDTH / 2) from++;
  let to = from;
  for (let width = 0; to < cells.length; to++) {
    width += cells[to]?.width ?? 0;
    if (width > WIDTH) break;
  }
  const text = cells
    .slice(from, to)
    .map((cell) => cell.text)
    .join("");
  const before = (cells[from]?.from ?? line.start) > line.start ? "…" : "";
  const after = (cells[to - 1]?.to ?? line.end) < line.end ? "…" : "";
  return {
    text: `${before}${text}${after}`,
    column: before.length + widthOf(from, first),
    width: Math.max(1, widthOf(first, Math.min(behind, to))),
  };
}

/** Control characters would act on the terminal instead of being shown; tabs would move the caret. */
function printable(character: string): string {
  if (character === "\t") return " ";
  return /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(character)
    ? ""
    : character;
}
