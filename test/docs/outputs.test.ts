import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { shellWords } from "../artifacts/words.ts";
import { cli } from "../e2e/generate.ts";
import { exec, minimalEnvironment } from "../support/exec.ts";
import { makeProject } from "../support/gitlab/project.ts";
import { isolatedPath } from "../support/paths.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/outputs.md"), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, "gm"))].map(
    ([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );

it("the commands of docs/outputs.md run one after the other, from its manifest", async () => {
  const [manifest = ""] = blocks("yaml");
  const dir = await makeProject({ "manifest.yml": manifest });
  // Terraform itself is not there: its place is taken by a program that does nothing, and we look at what it is given.
  const tools = isolatedPath(["cp", "rm", "dirname", "curl", "mktemp", "terraform=true"], { record: true });
  for (const line of blocks("sh").join("").trimEnd().split("\n")) {
    const [command = "", ...words] = shellWords(line);
    if (command === "ci-vault-gen") {
      const run = await cli(dir, ...words);
      expect(run.code, run.stderr).toBe(0);
      continue;
    }
    const run = await exec("/bin/sh", ["-c", line], {
      cwd: dir,
      env: minimalEnvironment({ PATH: tools.path }),
    });
    expect(run.code, `${line}: ${run.output}`).toBe(0);
  }
  const asked = tools.calls().filter(([tool]) => tool === "terraform");
  expect(asked.map(([, , verb]) => verb)).toEqual(["init", "plan", "apply", "apply"]);
  for (const [, folder = ""] of asked)
    expect(existsSync(join(dir, folder.replace("-chdir=", ""), "main.tf.json"))).toBe(true);
  const left = ["SECRETS.md", "access-map.html", "openbao/setup.sh", "terraform/import/imports.tf.json"];
  for (const path of left) expect(existsSync(join(dir, "ci-vault", path)), path).toBe(true);
  expect(existsSync(join(dir, "ci-vault/terraform/imports.tf.json"))).toBe(false);
});

it("names every target that the language has", () => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../../schema.json"), "utf8")) as {
    properties: { outputs: { properties: { targets: { items: { enum: string[] } } } } };
  };
  for (const target of schema.properties.outputs.properties.targets.items.enum)
    expect(page).toContain(`| \`${target}\` |`);
});
