import type { Code } from "./codes.ts";

/** The way from the root of a manifest to one of its nodes: keys and list positions. */
export type Route = readonly (string | number)[];

/** A half-open range of UTF-16 offsets into a source text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place and what there is to say about it. Rules name a route; only the renderer turns it into an offset. */
export interface Label {
  readonly place: Place;
  readonly text?: string;
}

export type Place =
  { readonly at: "key" | "value"; readonly route: Route } | { readonly at: "span"; readonly span: Span };

export interface Diagnostic {
  readonly code: Code;
  readonly severity: "error" | "warning";
  /** Stands alone, lower case, no full stop, and never a value that could be a secret. */
  readonly message: string;
  /** The first is where the caret goes; none for findings without a place in a file. */
  readonly labels: readonly Label[];
  /** Why. */
  readonly notes: readonly string[];
  /** What to do. */
  readonly help?: string;
}

/** What a stage returns: a value unless there were errors, and everything it has to say. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** The value, unless something in the list is an error: a stage with errors has no result to go on with. */
export function checked<T>(value: T, diagnostics: readonly Diagnostic[]): Checked<T> {
  return hasErrors(diagnostics) ? { diagnostics } : { value, diagnostics };
}
