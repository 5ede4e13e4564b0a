import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "../../src/cli/index.ts";
import { createNodeHost } from "../../src/host/node.ts";
import { git, makeProject } from "../support/gitlab/project.ts";

export const packageRoot = new URL("../../", import.meta.url);

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line on the real disk, as `ci-vault-gen` in a terminal at `cwd`, with its streams caught. */
export async function cli(cwd: string, ...words: readonly string[]): Promise<CliRun> {
  const out: string[] = [];
  const err: string[] = [];
  const host = {
    ...createNodeHost(packageRoot),
    cwd,
    env: {},
    isTerminal: { out: false, err: false, in: false },
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
  };
  const code = await run(words, host);
  return { code, stdout: out.join(""), stderr: err.join("") };
}

/** The text of an example's manifest, as it lies in the project. */
export function example(name: string): string {
  return readFileSync(fileURLToPath(new URL(`examples/${name}/manifest.yml`, packageRoot)), "utf8");
}

/** The manifest for servers on loopback: only its two addresses change. */
export function addressed(manifest: string, gitlab: string, vault: string): string {
  const changed = manifest
    .replace(/https?:\/\/gitlab\.example\.com(?=\s)/, gitlab)
    .replace(/https?:\/\/vault\.example\.com:8200(?=\s)/, vault);
  if (!changed.includes(gitlab) || !changed.includes(vault)) throw new Error("an address was not replaced");
  return changed;
}

/** The example says nothing of its mount, which is KV v2 by default: now it says what the server has. */
export function withEngine(manifest: string, engine: "kv-v1" | "kv-v2"): string {
  if (engine === "kv-v2") return manifest;
  return manifest.replace(/^vault:\n/m, "$&  mounts: { secret: kv-v1 }\n");
}

/** What a user's repository holds beside the generated files: the include, as the generator prints it. */
export const INCLUDE = "include: [{ local: /ci-vault/gitlab/main.yml }]\n";

/**
 * A git repository with the manifest and what was generated from it, by the command line and on the real disk.
 * `files` are the user's own. Throws with the generator's words when it refuses.
 */
export async function generated(
  manifest: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const dir = await makeProject({ "manifest.yml": manifest, ".gitlab-ci.yml": INCLUDE, ...files });
  for (const name of Object.keys(files)) if (name.endsWith(".sh")) chmodSync(join(dir, name), 0o755);
  const result = await cli(dir, "manifest.yml");
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.stderr}`);
  // As in GitLab, only what is committed can be included.
  await git(dir, ["add", "--all"]);
  await git(dir, ["commit", "--quiet", "--message=generate"]);
  return dir;
}
