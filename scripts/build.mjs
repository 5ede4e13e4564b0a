// Bundles src/ into dist/, libraries included, so that nothing is resolved at start-up:
//   main.js    the command: the machine, `--version`, and a loader for the rest
//   start.cjs  the rest, as one script, because a script can be kept compiled; start.<node>.cache is that
//   prompts.js the questions of `init`, read only when something is asked
//   node-machine.js  programs and network, read only by `prove` and `diff`
//   index.js   the library
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { cacheName, loadScript } from "./load-script.mjs";
import { esbuildTemplates } from "./templates.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));

/** commander loads the process module for subcommands that are programs of their own; this command line has none. */
const withoutProcesses = {
  name: "without-processes",
  setup(bundle) {
    bundle.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[/\\]commander[/\\]/.test(importer) ? { path: "nothing", namespace: "empty" } : null,
    );
    bundle.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** In main.js, what lies behind `--version` is loaded by the loader instead of as a module. */
const loadedStart = {
  name: "loaded-start",
  setup(bundle) {
    bundle.onLoad({ filter: /[/\\]cli[/\\]start\.ts$/ }, () => ({
      contents: `import { loadScript } from "./load-script.mjs";
        export const { start } = loadScript(new URL("start.cjs", import.meta.url)).exports;`,
      loader: "js",
      resolveDir: at("scripts"),
    }));
  },
};

/** What few runs need stays in files of its own: the prompt library, and programs and network. */
const rareApart = {
  name: "rare-apart",
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/(?:prompts|node-machine)\.ts$/ }, ({ path }) => ({
      path: path.replace(/\.ts$/, ".js"),
      external: true,
    }));
  },
};

const common = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  minify: true,
  define: { __VERSION__: JSON.stringify(version) },
  // The ES module build of the library: a bundler can leave out of it what is not used.
  alias: {
    yaml: at("node_modules/yaml/browser/index.js"),
    "#templates-runtime": at("src/artifacts/text/runtime.ts"),
  },
  legalComments: "none",
  logLevel: "warning",
};

/** The compiled form, after one real run: what that run needed is in it, and nothing has to be compiled again. */
async function keepCompiled() {
  const folder = mkdtempSync(join(tmpdir(), "ci-vault-gen-build-"));
  try {
    const outfile = join(folder, "memory.mjs");
    await build({ ...common, entryPoints: [at("src/host/memory.ts")], outfile, format: "esm" });
    const { createMemoryHost } = await import(pathToFileURL(outfile).href);
    const manifest = readFileSync(at("examples/myproject/manifest.yml"), "utf8");
    const { script, exports } = loadScript(pathToFileURL(out("start.cjs")));
    const code = await exports.start(["manifest.yml"], createMemoryHost({ "/repo/manifest.yml": manifest }));
    if (code !== 0) throw new Error(`the trial run ended with ${code}`);
    writeFileSync(out(cacheName()), script.createCachedData());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Built beside and put in place at the end: who runs the tool meanwhile runs the old one.
const built = at(`.dist-${process.pid}`);
const out = (name) => join(built, name);
await Promise.all([
  build({
    ...common,
    entryPoints: [at("src/main.ts")],
    outfile: out("main.js"),
    format: "esm",
    plugins: [loadedStart, rareApart],
  }),
  ...["prompts", "node-machine"].map((name) =>
    build({ ...common, entryPoints: [at(`src/host/${name}.ts`)], outfile: out(`${name}.js`), format: "esm" }),
  ),
  build({
    ...common,
    entryPoints: [at("src/cli/start.ts")],
    outfile: out("start.cjs"),
    format: "cjs",
    plugins: [esbuildTemplates, withoutProcesses],
  }),
  build({
    ...common,
    entryPoints: [at("src/app/index.ts")],
    outfile: out("index.js"),
    format: "esm",
    plugins: [esbuildTemplates],
  }),
]);
await keepCompiled();
chmodSync(out("main.js"), 0o755);
rmSync(at("dist"), { recursive: true, force: true });
renameSync(built, at("dist"));
