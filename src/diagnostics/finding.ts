import { CODES, type Code } from "./codes.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { inOrder, type Position, positionOf, type Source } from "./source.ts";

/** One entry of a report for other programs: a diagnostic whose place is worked out, or a file that is not as it should be. */
export interface Finding {
  readonly code: Code;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** Why, and what to do. */
  readonly advice: readonly string[];
  /** Seen from the working directory, which is the repository's root in a pipeline. */
  readonly path: string;
  /** Absent for findings about a whole file. */
  readonly start?: Position;
  readonly end?: Position;
  /** What stays the same when lines move: the way to the place in the manifest, or else the message. */
  readonly identity: string;
}

/** Diagnostics as findings; `path` is the file they are about, also where it could not be read. */
export function findingsOf(
  diagnostics: readonly Diagnostic[],
  source: Source | undefined,
  path: string,
): readonly Finding[] {
  return inOrder(diagnostics, source).map(({ code, severity, message, labels: [first], notes, help }) => {
    const span = first && source?.locate(first.place);
    const place =
      source === undefined || span === undefined
        ? {}
        : { start: positionOf(source, span.start), end: positionOf(source, span.end) };
    const route =
      first === undefined || first.place.at === "span" ? message : first.place.route.join("\u0000");
    const advice = [...notes, ...(help === undefined ? [] : [help])];
    return { code, severity, message, advice, path, ...place, identity: route };
  });
}

/** What a rule is about, in a few words. */
export function titleOf(code: Code): string {
  return CODES[code][1];
}

/**
 * A name for each finding that a later run gives it again, whatever lines were added above it. Findings that are equal
 * but for their line are counted.
 */
export function fingerprints(
  findings: readonly Finding[],
  hash: (text: string) => string,
): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ code, path, identity }) => {
    const key = [code, path, identity].join("\u0000");
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return hash(count === 1 ? key : `${key}\u0000${count}`);
  });
}
