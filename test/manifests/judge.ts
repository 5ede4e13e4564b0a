import { readdirSync } from "node:fs";
import { join } from "node:path";
import { compile, type Compiled } from "../../src/app/index.ts";
import { type Diagnostic, renderHuman, renderJson } from "../../src/diagnostics/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

export const manifestsAt = import.meta.dirname;

/** Manifests, or what belongs to them, below a folder of test/manifests; sorted, with `/` between folders. */
export function filesIn(folder: "ok" | "err"): readonly string[] {
  return readdirSync(join(manifestsAt, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(manifestsAt, folder).length + 1))
    .toSorted();
}

export interface Judged {
  readonly compiled: Compiled | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** As a person without colours sees it. */
  readonly human: string;
  readonly json: string;
}

/** What the tool makes of a manifest, and what it says about it. */
export function judge(input: Uint8Array | string): Judged {
  const host = createMemoryHost({ "/repo/manifest.yml": input });
  const { value, diagnostics, source } = compile(host, "manifest.yml");
  return {
    compiled: value,
    diagnostics,
    human: renderHuman(diagnostics, source, { colour: false }),
    json: renderJson(diagnostics, source),
  };
}
