import type { Diagnostic } from "./diagnostic.ts";
import { renderFrame } from "./frame.ts";
import { inOrder, positionOf, type Source } from "./source.ts";

interface Look {
  readonly colour: boolean;
}

/** Findings for people: headline, place, the line with a caret, why, what to do; then a count. */
export function renderHuman(
  diagnostics: readonly Diagnostic[],
  source: Source | undefined,
  look: Look,
): string {
  if (diagnostics.length === 0) return "";
  const ordered = inOrder(diagnostics, source);
  const blocks = ordered.map((diagnostic) => renderOne(diagnostic, source, look));
  return `${blocks.join("\n\n")}\n\n${summary(ordered)}\n`;
}

function renderOne(diagnostic: Diagnostic, source: Source | undefined, look: Look): string {
  const paint = painter(look.colour);
  const head = paint(diagnostic.severity, `${diagnostic.severity}[${diagnostic.code}]`);
  const lines = [`${head}: ${paint("bold", diagnostic.message)}`];
  const places = diagnostic.labels.flatMap((label) => {
    const span = source?.locate(label.place);
    return source === undefined || span === undefined
      ? []
      : [{ source, label, ...positionOf(source, span.start) }];
  });
  // One width for all frames of a finding, or their bars would not stand below each other.
  const gutter = Math.max(1, ...places.map(({ line }) => String(line).length));
  for (const [index, place] of places.entries()) {
    const arrow = index === 0 ? "-->" : ":::";
    lines.push(`${" ".repeat(gutter)}${arrow} ${place.source.path}:${place.line}:${place.column}`);
    lines.push(...renderFrame(place.source, place.label, gutter));
  }
  const pad = " ".repeat(gutter);
  if (diagnostic.notes.length > 0 || diagnostic.help !== undefined) lines.push(`${pad} |`);
  for (const note of diagnostic.notes) lines.push(`${pad} = note: ${note}`);
  if (diagnostic.help !== undefined) lines.push(`${pad} = help: ${diagnostic.help}`);
  return lines.join("\n");
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: string, word: string) => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? "" : "s"}`];
  };
  const codes = [...new Set(diagnostics.map(({ code }) => code))];
  const more = `ci-vault-gen explain ${codes[0]}`;
  return `${[...count("error", "error"), ...count("warning", "warning")].join(", ")}; more: ${more}`;
}

type Paint = "error" | "warning" | "bold";
const ESCAPES: Record<Paint, string> = { error: "\u001b[1;31m", warning: "\u001b[1;33m", bold: "\u001b[1m" };

function painter(colour: boolean): (paint: Paint, text: string) => string {
  return (paint, text) => (colour ? `${ESCAPES[paint]}${text}\u001b[0m` : text);
}
