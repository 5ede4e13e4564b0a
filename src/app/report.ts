import { type Diagnostic, renderHuman, renderJson, type Source } from "../diagnostics/index.ts";
import type { Host } from "../host/index.ts";

export type Format = "human" | "json";

/** 0 done, 1 findings or drift, 2 wrong usage or manifest, 3 the machine failed or a bug. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Diagnostics go to stderr for people, and to stdout as the product when JSON was asked for. */
export function tell(
  host: Host,
  diagnostics: readonly Diagnostic[],
  source: Source | undefined,
  format: Format,
): void {
  if (format === "json") host.out(renderJson(diagnostics, source));
  else host.err(renderHuman(diagnostics, source, { colour: hasColour(host, "err") }));
}

/** https://no-color.org: any non-empty value turns colour off. */
export function hasColour(host: Host, stream: "out" | "err"): boolean {
  return host.isTerminal[stream] && !host.env["NO_COLOR"];
}
