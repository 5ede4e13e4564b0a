import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { expect, test } from "vitest";

import { compile } from "../../src/app/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { missingTools } from "../support/tools.ts";

const manifest = readFileSync(join(import.meta.dirname, "../manifests/ok/rendered-files.yml"), "utf8");

/** The part of an environment's `before_script` that is its own. */
function scriptOf(environment: string): string {
  const { value } = compile(createMemoryHost({ "/repo/manifest.yml": manifest }), "manifest.yml");
  const fragment = value?.artifacts.find(({ path }) => path.endsWith(`environments/${environment}.yml`));
  return parse(fragment?.text ?? "", { logLevel: "silent" })[`.vault:${environment}`].before_script[1];
}

test("shared files, and one with braces of its own", () => {
  const [, after] = scriptOf("staging").split("ci_vault_end\n");
  expect(after).toBe(
    [
      "ci_vault_render NPMRC .npmrc '=//npm.example.com/:_authToken=' none:NPM_TOKEN '=\n'",
      `ci_vault_render CONFIG CONFIG '={"password": "' json:DB_PASSWORD '="}'`,
      "",
    ].join("\n"),
  );
});

test("an environment's own file takes the place of the shared one; its env file lists all", () => {
  const [, after] = scriptOf("production").split("ci_vault_end\n");
  expect(after).toContain("ci_vault_render CONFIG CONFIG '=db.password=' properties:DB_PASSWORD\n");
  expect(after).not.toContain("json:");
  expect(after).toContain("ci_vault_render APP_ENV APP_ENV env:NPM_TOKEN env:DB_PASSWORD\n");
});

test.skipIf(missingTools("shellcheck").length > 0)("ShellCheck finds nothing", () => {
  const run = spawnSync("shellcheck", ["-s", "sh", "-S", "style", "-"], { input: scriptOf("staging") });
  expect(String(run.stdout)).toBe("");
});
