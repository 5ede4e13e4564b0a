import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { exec, minimalEnvironment } from "./exec.ts";
import { tempDir } from "./temp.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** What a build needs; `schema.json` and the pages go with the tool. */
const NEEDED = [
  "src",
  "scripts",
  "templates",
  "examples",
  "docs",
  "package.json",
  "tsconfig.json",
  "schema.json",
];

/** Builds a copy of the sources and gives the path of its `main.js`: the `dist` of the project may be old, or in use. */
export async function buildCopy(): Promise<string> {
  const dir = tempDir("built");
  for (const name of NEEDED) cpSync(join(project, name), join(dir, name), { recursive: true });
  symlinkSync(join(project, "node_modules"), join(dir, "node_modules"));
  const build = await exec(process.execPath, ["scripts/build.mjs"], {
    cwd: dir,
    env: minimalEnvironment(),
    timeoutMs: 120_000,
  });
  if (build.code !== 0) throw new Error(`build: ${build.output}`);
  return join(dir, "dist/main.js");
}
