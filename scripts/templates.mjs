// Turns templates/ into modules, the same way for the build (esbuild) and for tests (vite): a `.hbs` file becomes a
// compiled Handlebars function, so that nothing is parsed at start-up; a `.sh` file becomes its text.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";

const HELPERS = { sh: true, hcl: true, md: true, line: true };

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
  const compiled = Handlebars.precompile(source, options);
  return `import { template } from "#templates-runtime";\nexport default template(${compiled});`;
}

export const esbuildTemplates = {
  name: "templates",
  setup(build) {
    build.onLoad({ filter: /[/\\]templates[/\\].*\.(hbs|sh)$/ }, ({ path }) => ({
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
    return /[/\\]templates[/\\].*\.(hbs|sh)$/.test(path) ? compileTemplate(path) : null;
  },
};
