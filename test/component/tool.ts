import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { esbuildTemplates } from "../../scripts/templates.mjs";
import { tempDir } from "../support/temp.ts";
import { repository } from "./catalog.ts";

/** A folder for the PATH with the tool of this checkout as `ci-vault-gen`, as it would be in an image. */
export async function installTool(): Promise<string> {
  const dir = tempDir("tool");
  const main = join(dir, "dist", "main.mjs");
  mkdirSync(join(dir, "dist"));
  await build({
    entryPoints: [`${repository}src/main.ts`],
    outfile: main,
    bundle: true,
    platform: "node",
    format: "esm",
    define: { __VERSION__: '"1.2.3"' },
    alias: { "#templates-runtime": `${repository}src/artifacts/text/runtime.ts` },
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    plugins: [esbuildTemplates],
    logLevel: "warning",
  });
  const program = join(dir, "ci-vault-gen");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(program, 0o755);
  return dir;
}
