// Turns templates/ into modules, the same way for the build (esbuild) and for tests (vite): a `.hbs` file becomes a
// compiled Handlebars function, so that nothing is parsed at start-up; `.sh` and `.awk` files become their text.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Handlebars from "handlebars";

const NAMES = ["code", "hcl", "html", "json", "line", "md", "mermaid", "sh", "yaml"];
const HELPERS = Object.fromEntries(NAMES.map((name) => [name, true]));

export function compileTemplate(path) {
  const source = readFileSync(path, "utf8");
  if (!path.endsWith(".hbs")) return `export default ${JSON.stringify(source)};`;
  const options = {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: HELPERS,
    preventIndent: true,
  };
  const compiled = Handlebars.precompile(splice(source, dirname(path)), options);
  return `import { template } from "#templates-runtime";\nexport default template(${compiled});`;
}

/**
 * `@include FILE` stands for a file beside the template, `@hash FILE` for its SHA-256 as a content security policy
 * writes it: an HTML page is one file for its readers, while script and style are files for their editors.
 */
function splice(source, folder) {
  return source.replace(/@(include|hash) ([\w.-]+)/g, (_, what, name) => {
    const text = readFileSync(join(folder, name), "utf8");
    if (/\{\{|<\/|<!--/.test(text)) throw new Error(`${name} holds what Handlebars or HTML would act on`);
    return what === "include" ? text : createHash("sha256").update(text).digest("base64");
  });
}

export const esbuildTemplates = {
  name: "templates",
  setup(build) {
    build.onLoad({ filter: /[/\\]templates[/\\].*\.(hbs|sh|awk)$/ }, ({ path }) => ({
      contents: compileTemplate(path),
      loader: "js",
    }));
  },
};

export const viteTemplates = {
  name: "templates",
  enforce: "pre",
  load(id) {
    const path = id.split("?")[0];
    return /[/\\]templates[/\\].*\.(hbs|sh|awk)$/.test(path) ? compileTemplate(path) : null;
  },
};
