import { posix } from "node:path";
import {
  type Diagnostic,
  type Finding,
  findingsOf,
  renderCodeQuality,
  renderHuman,
  renderJson,
  renderSarif,
  type Source,
} from "../diagnostics/index.ts";
import type { Host } from "../host/index.ts";

/** For people; for programs; for GitLab's merge request widget; for code scanners. */
export type Format = "human" | "json" | "codequality" | "sarif";

/** 0 done, 1 findings or drift, 2 wrong usage or manifest, 3 the machine failed or a bug. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Diagnostics go to stderr for people, and to stdout as the product when a format for programs was asked for. */
export function tell(
  host: Host,
  diagnostics: readonly Diagnostic[],
  source: Source | undefined,
  format: Format,
  about: About = {},
): void {
  if (format === "human") {
    host.err(renderHuman(diagnostics, source, { colour: hasColour(host, "err") }));
    return;
  }
  if (format === "json") {
    host.out(renderJson(diagnostics, source));
    return;
  }
  // Both reports want paths as the repository has them, and an empty list where nothing was found.
  const path = posix.relative(host.cwd, posix.resolve(host.cwd, source?.path ?? about.manifest ?? ""));
  const findings = [...findingsOf(diagnostics, source, path), ...(about.more ?? [])];
  const render = format === "sarif" ? renderSarif : renderCodeQuality;
  host.out(render(findings, (text) => host.hash(text)));
}

interface About {
  /** As on the command line; for a manifest that could not be read. */
  readonly manifest?: string;
  /** Findings that are about other files than the manifest. */
  readonly more?: readonly Finding[];
}

/** https://no-color.org: any non-empty value turns colour off. */
export function hasColour(host: Host, stream: "out" | "err"): boolean {
  return host.isTerminal[stream] && !host.env["NO_COLOR"];
}
