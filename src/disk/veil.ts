import { scrub } from "../diagnostics/index.ts";
import type { Edit } from "./lines.ts";

/**
 * A diff for eyes and job logs. Somebody may have pasted a token into a generated file: whatever has the shape of one is
 * `***`, and of a private key all lines. Such a diff no longer applies as a patch, which nobody would want it to.
 */
export function veil(edits: readonly Edit[]): readonly Edit[] {
  // Both sides are read from their first line on: the head of a key may lie outside of what is shown.
  const before = createReader();
  const after = createReader();
  return edits.map(({ kind, line }) => {
    const old = kind === "add" ? line : before(line);
    const now = kind === "drop" ? line : after(line);
    return { kind, line: old === line ? now : old };
  });
}

function createReader(): (line: string) => string {
  let inKey = false;
  return (line) => {
    const end = line.endsWith("\n") ? "\n" : "";
    const hidden = inKey;
    if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(line)) inKey = true;
    if (/-----END [A-Z0-9 ]*PRIVATE KEY/.test(line)) inKey = false;
    return hidden ? `***${end}` : `${scrub(line.slice(0, line.length - end.length))}${end}`;
  };
}
