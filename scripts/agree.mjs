// Compares our reading of the rules with a real OpenBao and with gitlab-ci-local: node scripts/agree.mjs [N] [--seed S]
import { mkdtempSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
// Below test/, since the tests' support finds the project and its tools from where it lies.
const folder = mkdtempSync(at("test/agree/.built-"));
try {
  const outfile = join(folder, "main.mjs");
  await build({
    entryPoints: [at("test/agree/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  const run = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
