import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { MARKER, type Artifact } from "../../src/artifacts/index.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { apply, compare, LEDGER, type ChangeSet } from "../../src/disk/index.ts";
import { HostError, type Host } from "../../src/host/index.ts";
import { createMemoryHost, type MemoryHost } from "../../src/host/memory.ts";
import { createNodeHost } from "../../src/host/node.ts";

export const ROOT = "/repo/ci-vault";
export const LEDGER_FILE = `${ROOT}/${LEDGER}`;

export function generated(path: string, text = `# ${MARKER}\n${path}\n`): Artifact {
  return { path, text, ownership: "generated" };
}

export function scaffold(path: string, text = `${path}\n`): Artifact {
  return { path, text, ownership: "scaffold" };
}

/** The change set, of a comparison that must not have found anything to refuse. */
export function changesOf(
  host: Host,
  artifacts: readonly Artifact[],
  options: { force?: boolean; root?: string } = {},
): ChangeSet {
  const result = compare(host, options.root ?? ROOT, artifacts, options);
  if (result.value === undefined) throw new Error(`refused: ${summary(result.diagnostics).join("; ")}`);
  return result.value;
}

export function generate(
  host: Host,
  artifacts: readonly Artifact[],
  options: { force?: boolean; root?: string } = {},
) {
  return apply(host, changesOf(host, artifacts, options));
}

/** The refusals, as `code: message`, of a comparison that must be refused. */
export function refusalsOf(
  host: Host,
  artifacts: readonly Artifact[],
  options: { force?: boolean; root?: string } = {},
): readonly string[] {
  const result = compare(host, options.root ?? ROOT, artifacts, options);
  if (result.value !== undefined) throw new Error("not refused");
  return summary(result.diagnostics);
}

function summary(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

/** `kind path` of every change. */
export function listed(set: ChangeSet): readonly string[] {
  return set.changes.map(({ kind, path }) => `${kind} ${path}`);
}

/** A memory machine on which the artifacts have been generated already. */
export function generatedHost(artifacts: readonly Artifact[]): MemoryHost {
  const host = createMemoryHost();
  generate(host, artifacts);
  return host;
}

export function filesOf(host: MemoryHost): Record<string, string> {
  const entries = [...host.files].map(([path, content]) => [path, Buffer.from(content).toString()]);
  return Object.fromEntries(entries.toSorted());
}

/** The real machine, working in a folder of its own. */
export function temporaryHost(): { readonly host: Host; readonly folder: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "civg-disk-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { host: { ...createNodeHost(new URL("../../", import.meta.url)), cwd: folder }, folder };
}

/** A machine that dies after so many steps that write. */
export function dyingHost(host: Host, steps: number): Host {
  let left = steps;
  const step = (path: string) => {
    if (left-- <= 0) throw new HostError("write", path, "ENOSPC");
  };
  return {
    ...host,
    writeFile: (path, text, options) => (step(path), host.writeFile(path, text, options)),
    removeFile: (path) => (step(path), host.removeFile(path)),
    removeEmptyFolder: (path) => (step(path), host.removeEmptyFolder(path)),
  };
}
