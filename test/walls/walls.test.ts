import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { tempDir } from "../support/temp.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const program = join(project, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const { default: config } = (await import(join(project, ".dependency-cruiser.mjs"))) as {
  default: { readonly forbidden: readonly { readonly name: string }[] };
};

/** A folder with the sources as they are, where files may be added. */
function copy(): string {
  const dir = tempDir("walls");
  for (const name of ["src", ".dependency-cruiser.mjs", "tsconfig.json", "package.json"])
    cpSync(join(project, name), join(dir, name), { recursive: true });
  symlinkSync(join(project, "node_modules"), join(dir, "node_modules"));
  return dir;
}

interface Violation {
  readonly rule: string;
  readonly from: string;
}

function violations(dir: string): readonly Violation[] {
  const args = [program, "src", "--config", ".dependency-cruiser.mjs", "--output-type", "json"];
  const run = spawnSync(process.execPath, args, { cwd: dir, encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.stderr).toBe("");
  const { summary } = JSON.parse(run.stdout) as {
    summary: { violations: readonly { from: string; rule: { name: string } }[]; totalCruised: number };
  };
  // A tool that saw nothing would find nothing either.
  expect(summary.totalCruised).toBeGreaterThan(50);
  return summary.violations.map(({ from, rule }) => ({ rule: rule.name, from }));
}

/** For each rule, where a file that breaks it lies and what it holds. `import type` counts too: a type is knowledge. */
const PLANTED: Readonly<Record<string, readonly [room: string, text: string]>> = {
  "no-circle": ["plan", 'export { twin } from "./twin.ts";\nexport const planted = 1;\n'],
  "diagnostics-looks-only-back": ["diagnostics", all("../host/index.ts")],
  "host-looks-only-back": ["host", all("../manifest/index.ts")],
  "manifest-looks-only-back": [
    "manifest",
    'import type { Model } from "../model/index.ts";\nexport type P = Model;\n',
  ],
  "model-looks-only-back": ["model", all("../access/index.ts")],
  "access-looks-only-back": ["access", all("../plan/index.ts")],
  "lint-looks-only-back": ["lint", all("../plan/index.ts")],
  "plan-looks-only-back": ["plan", all("../disk/index.ts")],
  "artifacts-looks-only-back": ["artifacts", all("../disk/index.ts")],
  "disk-looks-only-back": ["disk", all("../app/index.ts")],
  "app-looks-only-back": ["app", all("../cli/index.ts")],
  "through-the-door": ["app", all("../plan/reads.ts")],
  "artifacts-see-the-plan-only": ["artifacts", all("../model/index.ts")],
  "disk-knows-files-only": ["disk", all("../plan/index.ts")],
  "commands-call-the-app": ["cli", all("../plan/index.ts")],
  "main-is-wiring": ["", all("./app/index.ts")],
  "machine-only-in-host": ["app", all("node:fs")],
  "@clack/prompts-only-in-host": ["app", all("@clack/prompts")],
  "commander-only-in-cli": ["app", all("commander")],
  "handlebars-only-in-artifacts": [
    "app",
    'import type Handlebars from "handlebars";\nexport type P = typeof Handlebars;\n',
  ],
  "yaml-only-in-manifest-and-artifacts": ["plan", all("yaml")],
  "zod-only-in-manifest": ["model", all("zod")],
};

/** Importing what comes later may close a circle, and disk has a second wall of its own. */
const ALSO = ["no-circle", "disk-knows-files-only"];

function all(from: string): string {
  return `export * as planted from "${from}";\n`;
}

describe("the walls", () => {
  it("stand: the sources break no rule", () => {
    expect(violations(copy())).toEqual([]);
  });

  it("have a planted violation each", () => {
    expect(Object.keys(PLANTED).toSorted()).toEqual(config.forbidden.map(({ name }) => name).toSorted());
  });

  it("find every planted violation, by the rule that is meant and no other", () => {
    const dir = copy();
    const places = Object.entries(PLANTED).map(([rule, [room, text]]) => {
      // main.ts is one file, so what is planted there takes its place.
      const path = room === "" ? "src/main.ts" : `src/${room}/planted-${rule}.ts`;
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
      return { rule, path };
    });
    writeFileSync(
      join(dir, "src/plan/twin.ts"),
      'export { planted as twin } from "./planted-no-circle.ts";\n',
    );
    const found = violations(dir);
    for (const { rule, path } of places) {
      const broken = new Set(found.filter(({ from }) => from === path).map((violation) => violation.rule));
      expect(broken, `${rule} in ${path}`).toContain(rule);
      for (const other of [rule, ...ALSO]) broken.delete(other);
      expect([...broken], `${rule} in ${path}`).toEqual([]);
    }
  });
});
