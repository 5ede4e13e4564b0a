import { run } from "../../src/cli/index.ts";
import { createMemoryHost, type MemoryHost } from "../../src/host/memory.ts";
import type { PlanJson } from "../e2e/plan.ts";

export interface Generated {
  /** Text by path below the output folder, without the ledger. */
  readonly files: ReadonlyMap<string, string>;
  readonly plan: PlanJson;
}

/** What the command line writes for a manifest at the root of a repository, in memory. Throws when it refuses. */
export async function generateInMemory(
  manifest: string,
  options: readonly string[] = [],
): Promise<Generated> {
  const host = memory(manifest);
  if ((await run(["manifest.yml", ...options], host)) !== 0) throw new Error(host.stderr());
  const asked = memory(manifest);
  if ((await run(["plan", "manifest.yml", "--json", ...options], asked)) !== 0)
    throw new Error(asked.stderr());
  const plan = JSON.parse(asked.stdout()) as PlanJson;
  const folder = `/repo/${plan.directory}/`;
  const files = [...host.files]
    .filter(([path]) => path.startsWith(folder) && !path.endsWith("/.ci-vault-gen.json"))
    .map(([path, text]) => [path.slice(folder.length), Buffer.from(text).toString()] as const);
  return { files: new Map(files), plan };
}

function memory(manifest: string): MemoryHost {
  return createMemoryHost({ "/repo/manifest.yml": manifest, "/repo/.git/HEAD": "ref: refs/heads/main\n" });
}
