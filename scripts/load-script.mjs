import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { constants, Script } from "node:vm";

/** Compiled code fits one version of node on one kind of machine; the name says which. */
export function cacheName() {
  return `start.${process.version}-${process.platform}-${process.arch}.cache`;
}

/**
 * Runs a CommonJS script, from its compiled form if there is one for this very node. Node's own loader would compile
 * 300 KB at every start; this halves the time of a whole run. Without the compiled form everything works as well.
 */
export function loadScript(url) {
  const filename = fileURLToPath(url);
  const require = createRequire(url);
  const script = new Script(`(function (exports, require, module) {${readFileSync(url, "utf8")}\n})`, {
    filename,
    cachedData: readCache(new URL(cacheName(), url)),
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module);
  return { script, exports: module.exports };
}

function readCache(url) {
  try {
    return readFileSync(url);
  } catch {
    return undefined;
  }
}
