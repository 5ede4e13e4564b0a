import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { parseDocument } from "yaml";
import { describe, expect, it } from "vitest";

import { generateInMemory } from "../artifacts/generate.ts";
import { cli, example, generated } from "../e2e/generate.ts";
import { resolvePipeline } from "../e2e/pipeline.ts";
import { COMPONENTS, repository } from "../component/catalog.ts";
import { expandedProject, here } from "../component/project.ts";

const PAGES = ["docs/components.md", ...COMPONENTS.map((name) => `catalog/${name}/README.md`)];
const read = (page: string) => readFileSync(join(repository, page), "utf8");

/** The blocks of a language, without the indentation of the list that they stand in. */
function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, "gm"))].map(
    ([, indent = "", body = ""]) => body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

describe.each(PAGES)("%s", (page) => {
  const yaml = blocks(read(page), "yaml");

  it.each(yaml.filter((block) => block.startsWith("include:")))(
    "its pipeline composes: %#",
    async (block) => {
      const { files } = await generateInMemory(`${example("myproject")}outputs: { targets: [component] }\n`);
      const own = {
        "templates/vault/template.yml": files.get("component/templates/vault/template.yml") ?? "",
      };
      const { dir, parts } = await expandedProject(here(block), own);
      expect(parts.length).toBeGreaterThan(0);
      const jobs = [...resolvePipeline(dir).values()];
      expect(jobs.length).toBeGreaterThan(0);
      // Whatever runs reads by the reader, or is the check.
      for (const { name, script } of jobs) {
        expect(script.join("\n"), name).toMatch(/ci_vault_end|ci-vault-gen check/);
        expect(script.join("\n"), name).not.toContain("$[[");
      }
    },
  );

  it("its other YAML is well-formed", () => {
    for (const block of yaml) {
      const { errors } = parseDocument(block);
      expect(errors).toEqual([]);
    }
  });

  it("its links lead to pages that exist", () => {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)#:]+)(?:#[\w-]+)?\)/g))
      expect(existsSync(join(repository, dirname(page), target)), target).toBe(true);
  });
});

it("the page's command makes what it says", async () => {
  const [command = ""] = blocks(read("docs/components.md"), "sh");
  const dir = await generated(example("myproject"));
  const run = await cli(dir, ...command.trim().split(" ").slice(1));
  expect(run.code, run.stderr).toBe(0);
  for (const file of [
    "templates/vault/template.yml",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    ".gitlab-ci.yml",
  ])
    expect(existsSync(join(dir, "ci-vault/component", file)), file).toBe(true);
});

it("the page's own example of the language is valid", async () => {
  const block = blocks(read("docs/components.md"), "yaml").find((text) => text.startsWith("outputs:"));
  const { files } = await generateInMemory(`${example("myproject")}${block}`);
  expect(files.has("component/README.md")).toBe(true);
});
