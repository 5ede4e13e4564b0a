import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

const schema = readFileSync(fileURLToPath(new URL("../../schema.json", import.meta.url)), "utf8");

/** What `init` writes into an empty repository in memory, by path. Throws when it refuses. */
export async function begin(...words: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const start = { "/repo/.git/HEAD": "ref: refs/heads/main\n" };
  const host = createMemoryHost(start, { assets: { "schema.json": schema } });
  if ((await run(["init", "--yes", ...words], host)) !== 0) throw new Error(host.stderr());
  const files = [...host.files].filter(([path]) => !path.startsWith("/repo/.git/"));
  return new Map(files.map(([path, text]) => [path.slice("/repo/".length), String(text)]));
}

/** Command lines that between them give every scaffold in every form. */
export const BEGINNINGS: readonly (readonly [name: string, words: readonly string[]])[] = [
  ["a service, all placeholders", []],
  ["a library", ["--template", "library", "--project-id", "22", "--project-path", "team/lib"]],
  ["a monorepo", ["--template", "monorepo", "--services", "services/api,apps/web"]],
  ["a component", ["--template", "component"]],
  [
    "every answer",
    // prettier-ignore
    [
      "--gitlab-url", "https://gitlab.example.com:8443/git", "--project-path", "a_b/c.d-e/F", "--project-id", "7",
      "--vault-url", "http://10.0.0.1:8200", "--default-branch", "release/1.0",
      "--environments", "dev=default-branch+branch:y+protected-tag:v*,live=protected-branches",
      "--secrets", "A=kv/{environment}/x y#a: b", "NO=secret/on#it's \"quoted\"", "--mounts", "secret=kv-v2,kv=kv-v1",
      "--owners", "@a_b/sec alice@example.com",
    ],
  ],
];
