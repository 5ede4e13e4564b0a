// Writes what follows from catalog/: templates/<name>/template.yml, from where GitLab serves each component, the generated
// parts of catalog/<name>/README.md, and the version in the includes that the pages show.
//   node scripts/components.mjs            writes
//   node scripts/components.mjs --check    writes nothing; fails if something is stale
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { esbuildTemplates } from "./templates.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path) => readFileSync(at(path), "utf8");

/** Bundled on the fly, since Node does not run TypeScript. */
async function loadGenerator() {
  const { outputFiles } = await build({
    entryPoints: [at("src/artifacts/component/catalog.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    alias: { yaml: at("node_modules/yaml/browser/index.js") },
    plugins: [esbuildTemplates],
    logLevel: "warning",
  });
  const bundle = Buffer.from(outputFiles[0].contents).toString("base64");
  return import(`data:text/javascript;base64,${bundle}`);
}

/** Path and text of every generated file. */
export async function componentFiles() {
  const { catalogReadme, catalogTemplate, readComponent } = await loadGenerator();
  const names = readdirSync(at("catalog"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const { version } = JSON.parse(read("package.json"));
  const dated = (text) => text.replace(/(\/vault-\w+@)v[\w.-]+/g, `$1v${version}`);
  const files = names.flatMap((name) => {
    const component = readComponent(name, read);
    const [readme, example] = [`catalog/${name}/README.md`, `catalog/${name}/example.yml`];
    return [
      [`templates/${name}/template.yml`, catalogTemplate(component)],
      [example, dated(read(example))],
      [readme, dated(catalogReadme(read(readme), component, read(example)))],
    ];
  });
  return [...files, ["docs/components.md", dated(read("docs/components.md"))]];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes("--check");
  for (const [path, text] of await componentFiles()) {
    let old;
    try {
      old = read(path);
    } catch {
      // Not there yet.
    }
    if (old === text) continue;
    if (isCheck) {
      console.error(`stale: ${path}; to repair: npm run components`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
    console.error(`wrote ${path}`);
  }
}
