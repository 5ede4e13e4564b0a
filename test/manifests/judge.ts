import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, renderHuman, renderJson } from "../../src/diagnostics/index.ts";
import { readManifest } from "../../src/manifest/index.ts";
import { buildModel, type Model } from "../../src/model/index.ts";
import { makePlan, provePlan } from "../../src/plan/index.ts";

export const manifestsAt = import.meta.dirname;

/** Manifests, or what belongs to them, below a folder of test/manifests; sorted, with `/` between folders. */
export function filesIn(folder: "ok" | "err"): readonly string[] {
  return readdirSync(join(manifestsAt, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(manifestsAt, folder).length + 1))
    .toSorted();
}

export interface Verdict {
  readonly model: Model | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** As a person without colours sees it. */
  readonly human: string;
  readonly json: string;
}

/** What the tool says about a manifest before it makes anything of it. */
export function judge(input: Uint8Array | string, path = "manifest.yml"): Verdict {
  const { value, source, diagnostics: first } = readManifest(path, Buffer.from(input));
  const built = value === undefined ? { diagnostics: [] } : buildModel(value);
  const proven =
    "value" in built && built.value !== undefined
      ? provePlan(built.value, makePlan(built.value, { manifest: path, directory: "ci-vault" })).diagnostics
      : [];
  const diagnostics = [...first, ...built.diagnostics, ...proven];
  return {
    model: "value" in built ? built.value : undefined,
    diagnostics,
    human: renderHuman(diagnostics, source, { colour: false }),
    json: renderJson(diagnostics, source),
  };
}
