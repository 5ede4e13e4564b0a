import type { Diagnostic } from "./diagnostic.ts";
import { inOrder, positionOf, type Source } from "./source.ts";

/** Findings for programs: `{schema_version, diagnostics: [{code, severity, message, file, line, column, …}]}`. */
export function renderJson(diagnostics: readonly Diagnostic[], source: Source | undefined): string {
  const items = inOrder(diagnostics, source).map((diagnostic) => {
    const [first, ...others] = diagnostic.labels.flatMap((label) => {
      const span = source?.locate(label.place);
      if (source === undefined || span === undefined) return [];
      const text = label.text === undefined ? {} : { label: label.text };
      return [{ file: source.path, ...positionOf(source, span.start), ...text }];
    });
    return {
      code: diagnostic.code,
      severity: diagnostic.severity,
      message: diagnostic.message,
      ...first,
      ...(others.length > 0 ? { related: others } : {}),
      ...(diagnostic.notes.length > 0 ? { notes: diagnostic.notes } : {}),
      ...(diagnostic.help === undefined ? {} : { help: diagnostic.help }),
    };
  });
  return `${JSON.stringify({ schema_version: 1, diagnostics: items }, null, 2)}\n`;
}
