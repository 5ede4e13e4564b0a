import { spawnSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import { missingTools, mustHaveTools } from "../support/tools.ts";
import { generateInMemory } from "./generate.ts";
import { readYaml } from "./gitlab-yaml.ts";
import { MANIFESTS, PER_PROJECT } from "./manifests.ts";

const missing = missingTools("shellcheck").length > 0;
if (missing) process.stderr.write("skipped: ShellCheck is not on the PATH (Debian package shellcheck)\n");

/** Every script that a manifest gives: name and text. */
const scripts = await Promise.all(
  [...MANIFESTS, ["a path for each project", PER_PROJECT] as const].map(async ([name, manifest]) => {
    const { files } = await generateInMemory(manifest);
    return { name, texts: [...files].flatMap(([path, text]) => scriptsOf(path, text)) };
  }),
);

// In a pipeline the tool must be there: a proof that is skipped proves nothing.
describe.skipIf(missing && !mustHaveTools())("ShellCheck, as POSIX sh, finds nothing", () => {
  it.each(scripts)("in the scripts of $name", ({ texts }) => {
    for (const { what, text, but = [] } of texts) {
      const args = ["-s", "sh", "-S", "style", "-f", "gcc", ...but, "-"];
      const run = spawnSync("shellcheck", args, { input: text, encoding: "utf8" });
      expect(run.error, "shellcheck could not be started").toBeUndefined();
      expect(run.stdout, what).toBe("");
      expect(run.status, what).toBe(0);
    }
  });

  it("and would find something", () => {
    const run = spawnSync("shellcheck", ["-s", "sh", "-"], {
      input: "local x=$1; echo $x\n",
      encoding: "utf8",
    });
    expect(run.status).toBe(1);
  });
});

interface Script {
  readonly what: string;
  readonly text: string;
  readonly but?: readonly string[];
}

function scriptsOf(path: string, text: string): readonly Script[] {
  if (path.endsWith(".sh")) return [{ what: path, text }];
  // The functions, and each environment's lines that call them.
  if (!path.startsWith("gitlab/environments/"))
    return path === "gitlab/reader.yml" ? [{ what: path, text: reader(text) }] : [];
  return Object.entries(readYaml(text, "1.1"))
    .filter(([name]) => name.startsWith("."))
    .map(([name, job]) => ({
      what: name,
      text: (job as { before_script: string[] }).before_script[1] ?? "",
      // A `$` of the manifest in single quotes is meant as it stands.
      but: ["-e", "SC2016"],
    }));
}

function reader(text: string): string {
  const { ".vault-reader": job } = readYaml(text, "1.1");
  return (job as { script: readonly string[] }).script.join("\n");
}
