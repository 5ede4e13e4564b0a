import { posix } from "node:path";
import { type Artifact, emit, limitsOf } from "../artifacts/index.ts";
import { type Diagnostic, hasErrors, report, type Source } from "../diagnostics/index.ts";
import type { Host } from "../host/index.ts";
import { readManifest } from "../manifest/index.ts";
import { buildModel, type Model, type Target } from "../model/index.ts";
import { makePlan, nativeLimits, type Plan, type Places, type PlanProof, provePlan } from "../plan/index.ts";

/** Everything that follows from a manifest, still in memory. */
export interface Compiled {
  readonly model: Model;
  readonly plan: Plan;
  /** That the plan gives access where the manifest does, and nowhere else. */
  readonly proof: PlanProof;
  readonly artifacts: readonly Artifact[];
  /** Absolute path of the output folder. */
  readonly root: string;
}

export interface CompileResult {
  readonly value?: Compiled;
  readonly diagnostics: readonly Diagnostic[];
  /** What the diagnostics point into; absent when there was no file. */
  readonly source?: Source;
}

export interface CompileOptions {
  /** Another output folder than the manifest's, seen from the working directory. */
  readonly out?: string | undefined;
  /** Beside those of the manifest. */
  readonly target?: readonly Target[] | undefined;
}

/** The whole pipeline: manifest -> model -> plan -> proof -> artifacts. A room with an error ends it. */
export function compile(host: Host, manifestPath: string, options: CompileOptions = {}): CompileResult {
  const absolute = posix.resolve(host.cwd, manifestPath);
  const bytes = host.kind(absolute) === "folder" ? undefined : host.readFile(absolute);
  if (bytes === undefined) return { diagnostics: [notFound(manifestPath)] };
  const manifest = readManifest(manifestPath, bytes);
  const { source } = manifest;
  if (manifest.value === undefined) return { source, diagnostics: manifest.diagnostics };
  const model = buildModel(manifest.value);
  const diagnostics = [...manifest.diagnostics, ...model.diagnostics];
  if (model.value === undefined || hasErrors(diagnostics)) return { source, diagnostics };
  const { root, places } = locate(host, absolute, model.value, options.out);
  const planned = makePlan(model.value, places);
  // Never fewer than the manifest's: a run must not prune what the next one writes again.
  const plan = { ...planned, targets: [...new Set([...planned.targets, ...(options.target ?? [])])] };
  const proof = provePlan(model.value, plan);
  diagnostics.push(...proof.diagnostics, ...nativeLimits(plan), ...limitsOf(plan));
  if (hasErrors(diagnostics)) return { source, diagnostics };
  return { source, diagnostics, value: { model: model.value, plan, proof, artifacts: emit(plan), root } };
}

/**
 * Where things lie, seen from the repository's root, because GitLab resolves includes from there. Without a repository
 * around it, the manifest's folder counts as the root.
 */
function locate(
  host: Host,
  manifest: string,
  model: Model,
  out: string | undefined,
): { root: string; places: Places } {
  const folder = posix.dirname(manifest);
  const root = out === undefined ? posix.join(folder, model.outputs.directory) : posix.resolve(host.cwd, out);
  let repository = findRepository(host, folder) ?? folder;
  if (isOutside(posix.relative(repository, root))) repository = posix.dirname(root);
  const seen = posix.relative(repository, manifest);
  return {
    root,
    places: {
      manifest: isOutside(seen) ? posix.basename(manifest) : seen,
      directory: posix.relative(repository, root),
    },
  };
}

/** A folder's name may begin with two dots as well. */
function isOutside(relative: string): boolean {
  return relative === ".." || relative.startsWith("../");
}

function findRepository(host: Host, start: string): string | undefined {
  for (let folder = start; ; folder = posix.dirname(folder)) {
    if (host.kind(posix.join(folder, ".git")) !== "absent") return folder;
    if (folder === posix.dirname(folder)) return undefined;
  }
}

function notFound(path: string): Diagnostic {
  return report("manifest/not-found", undefined, `there is no manifest at ${path}`, {
    help: "check the path; docs/manifest.md shows the smallest manifest",
  });
}
