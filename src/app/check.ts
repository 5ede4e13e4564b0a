import { posix } from "node:path";
import type { Finding } from "../diagnostics/index.ts";
import { compare, drift, renderDiff } from "../disk/index.ts";
import type { Host } from "../host/index.ts";
import type { Target } from "../model/index.ts";
import { compile } from "./compile.ts";
import { type ExitCode, type Format, hasColour, tell } from "./report.ts";

export interface CheckOptions {
  readonly out?: string | undefined;
  /** To be written beside those of the manifest. */
  readonly target?: readonly Target[] | undefined;
  readonly format?: Format | undefined;
}

/** `ci-vault-gen check MANIFEST`: do the files on disk say what the manifest says? Writes nothing. */
export function check(host: Host, manifest: string, options: CheckOptions = {}): ExitCode {
  const format = options.format ?? "human";
  const result = compile(host, manifest, options);
  // With force, edited and foreign files are shown as drift instead of being refused.
  const changes = result.value && compare(host, result.value.root, result.value.artifacts, { force: true });
  const diagnostics = [...result.diagnostics, ...(changes?.diagnostics ?? [])];
  if (result.value === undefined || changes?.value === undefined) {
    tell(host, diagnostics, result.source, format, { manifest });
    return 2;
  }
  const found = drift(changes.value);
  const prefix = posix.relative(host.cwd, result.value.root);
  const named = (paths: readonly string[]) => paths.map((path) => posix.join(prefix, path));
  const lists = { modified: named(found.modified), missing: named(found.missing), stale: named(found.stale) };
  const clean = Object.values(lists).every((list) => list.length === 0);
  if (format === "json") {
    host.out(`${JSON.stringify({ schema_version: 1, clean, ...lists }, null, 2)}\n`);
    return clean ? 0 : 1;
  }
  if (format !== "human") {
    tell(host, diagnostics, result.source, format, { manifest, more: driftFindings(lists, manifest) });
    return clean ? 0 : 1;
  }
  tell(host, diagnostics, result.source, format);
  if (clean) return 0;
  host.out(renderDiff(changes.value, { prefix, colour: hasColour(host, "out"), scaffolds: false }));
  for (const [word, list] of Object.entries(lists)) for (const path of list) host.err(`${word}: ${path}\n`);
  const out = options.out === undefined ? "" : ` --out ${options.out}`;
  const targets = (options.target ?? []).map((name) => ` --target ${name}`).join("");
  host.err(
    `the generated files differ from the manifest; to repair: ci-vault-gen ${manifest}${out}${targets} --force\n`,
  );
  return 1;
}

const DRIFT = {
  modified: "this file is not what the manifest gives",
  missing: "this file is missing",
  stale: "this file is no longer made from the manifest",
} as const;

/** Each file that differs, for reports: a widget or a scanner shows it at the file. */
function driftFindings(
  lists: Readonly<Record<keyof typeof DRIFT, readonly string[]>>,
  manifest: string,
): Finding[] {
  return (Object.keys(DRIFT) as (keyof typeof DRIFT)[]).flatMap((kind) =>
    lists[kind].map((path) => ({
      code: "disk/drift",
      severity: "error",
      message: DRIFT[kind],
      advice: [`run: ci-vault-gen ${manifest} --force`],
      path,
      identity: kind,
    })),
  );
}
