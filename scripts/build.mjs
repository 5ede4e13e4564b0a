// Bundles src/ into dist/: two entries (the command, the library) with shared chunks, so that a command loads only what
// it needs. The libraries are inside; nothing is resolved at start-up.
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { esbuildTemplates } from "./templates.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));

/** commander loads the process module for subcommands that are programs of their own, which this command line has none of. */
const withoutProcesses = {
  name: "without-processes",
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[/\\]commander[/\\]/.test(importer) ? { path: "nothing", namespace: "empty" } : null,
    );
    build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  },
};

rmSync(at("dist"), { recursive: true, force: true });
await build({
  entryPoints: { main: at("src/main.ts"), index: at("src/app/index.ts") },
  outdir: at("dist"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minify: true,
  define: { __VERSION__: JSON.stringify(version) },
  // The ES module builds of the libraries: a bundler can leave out of them what is not used.
  alias: {
    yaml: at("node_modules/yaml/browser/index.js"),
    "#templates-runtime": at("src/artifacts/text/runtime.ts"),
  },
  // commander is CommonJS and asks for node's own modules with `require`.
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  plugins: [esbuildTemplates, withoutProcesses],
  legalComments: "none",
  logLevel: "warning",
});
chmodSync(at("dist/main.js"), 0o755);
