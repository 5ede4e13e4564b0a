import { CODES, type Code } from "./codes.ts";
import type { Diagnostic, Place, Route } from "./diagnostic.ts";
import { scrub } from "./secret-shapes.ts";

interface Extra {
  /** What the caret line says. */
  readonly label?: string;
  /** Further places, each with what it has to do with the first. */
  readonly also?: readonly { readonly place: Place; readonly text: string }[];
  /** Why, one sentence each. */
  readonly notes?: readonly string[];
  /** What to do. */
  readonly help?: string | undefined;
}

/**
 * A finding at one place of the manifest; its severity comes from the table of codes. Messages name keys and public
 * values of the manifest, so what looks like a secret is taken out of them here, once for all rooms.
 */
export function report(code: Code, place: Place | undefined, message: string, extra: Extra = {}): Diagnostic {
  const first =
    place === undefined ? [] : [extra.label === undefined ? { place } : { place, text: scrub(extra.label) }];
  return {
    code,
    severity: CODES[code][0],
    message: scrub(message),
    labels: [...first, ...(extra.also ?? [])],
    notes: (extra.notes ?? []).map(scrub),
    ...(extra.help === undefined ? {} : { help: scrub(extra.help) }),
  };
}

export const atKey = (route: Route): Place => ({ at: "key", route });
export const atValue = (route: Route): Place => ({ at: "value", route });
export const atSpan = (start: number, end: number): Place => ({ at: "span", span: { start, end } });
