import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";

import { CODE_QUALITY } from "../diagnostics/report-schemas.ts";
import { cli, example } from "../e2e/generate.ts";
import { cannotRunLocally } from "../e2e/job.ts";
import { resolvePipeline } from "../e2e/pipeline.ts";
import { mergeRequest } from "../support/gitlab/context.ts";
import { runJob } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { git } from "../support/gitlab/project.ts";
import { runScript, shells, type Shell } from "../support/shells.ts";
import { readText } from "./catalog.ts";
import { componentProject, expandedProject, here } from "./project.ts";
import { installTool } from "./tool.ts";

const pipeline = here(readText("catalog/vault-check/example.yml")).replace(
  "inputs:\n",
  "inputs:\n      install: image\n",
);
const manifest = example("myproject");

let tool: string;
beforeAll(async () => {
  tool = await installTool();
});

interface CheckRun {
  readonly code: number | null;
  readonly output: string;
  readonly junit: string;
  readonly issues: readonly { check_name: string; location: { path: string } }[];
  readonly access: string | undefined;
}

/** A merge request that changes what `edit` changes, and the job in it. */
async function check(
  shell: Shell,
  edit: (dir: string) => void | Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<CheckRun> {
  const matrix = await expectation();
  const { dir } = await expandedProject(pipeline);
  writeFileSync(join(dir, "manifest.yml"), manifest);
  writeFileSync(join(dir, "matrix.yml"), matrix);
  expect((await cli(dir, "manifest.yml")).code).toBe(0);
  const base = await commit(dir, "base");
  await edit(dir);
  await commit(dir, "change");
  const job = resolvePipeline(dir).get("vault-check");
  const run = await runScript(shell, job?.script ?? [], {
    cwd: dir,
    env: {
      PATH: `${tool}:${process.env["PATH"]}`,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      NO_COLOR: "1",
      ...env,
    },
  });
  const read = (name: string) =>
    existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : undefined;
  const issues = JSON.parse(read("gl-code-quality-report.json") ?? "") as CheckRun["issues"];
  const valid = new Ajv({ strict: false }).compile(CODE_QUALITY);
  expect(valid(issues), JSON.stringify(valid.errors)).toBe(true);
  return {
    code: run.code,
    output: run.output,
    junit: read("ci-vault-check.xml") ?? "",
    issues,
    access: read("ci-vault-access.md"),
  };
}

async function commit(dir: string, message: string): Promise<string> {
  await git(dir, ["add", "--all"]);
  await git(dir, ["commit", "--quiet", "--allow-empty", `--message=${message}`]);
  return (await git(dir, ["rev-parse", "HEAD"])).trim();
}

/** The part of `matrix --format json` that `--expect` reads: the matrix as it is. */
async function expectation(): Promise<string> {
  const { dir } = await expandedProject(pipeline, { "manifest.yml": manifest });
  const { stdout } = await cli(dir, "matrix", "manifest.yml", "--format", "json");
  const { allowed } = JSON.parse(stdout) as { allowed: unknown };
  return JSON.stringify({ allowed });
}

const edit = (name: string, change: (text: string) => string) => (dir: string) =>
  writeFileSync(join(dir, name), change(readFileSync(join(dir, name), "utf8")));

describe.each(shells().filter(({ name }) => /dash|ash$/.test(name)))("vault-check in $name", (shell) => {
  it("passes where nothing is wrong, and reports so", async () => {
    const run = await check(shell, () => {});
    expect(run.code, run.output).toBe(0);
    expect(run.issues).toEqual([]);
    expect(run.junit).toMatch(/<testsuite name="ci-vault-gen" tests="3" failures="0">/);
    expect([...run.junit.matchAll(/name="(\w+)"/g)].map(([, name]) => name)).toEqual([
      "check",
      "matrix",
      "access",
    ]);
    expect(run.access).not.toBe("");
  });

  it("fails on drift, at the file, and still runs the rest", async () => {
    const role = "ci-vault/vault/roles/mygroup--myproject--production.json";
    const run = await check(
      shell,
      edit(role, (text) => text.replace('"true"', '"false"')),
    );
    expect(run.code).toBe(1);
    expect(run.issues.map((issue) => [issue.check_name, issue.location.path])).toEqual([
      ["disk/drift", role],
    ]);
    expect(run.junit).toMatch(/tests="3" failures="1"/);
    expect(run.junit).toMatch(/name="check"><failure message="exit code 1">[^<]*\n-[^<]*/);
    expect(run.output).toContain(`modified: ${role}`);
  });

  it("fails where access is not as expected", async () => {
    const run = await check(
      shell,
      edit("matrix.yml", (text) => text.replace(/\["production"\]/, "[]")),
    );
    expect(run.code, run.output).toBe(1);
    expect(run.junit).toMatch(/name="matrix"><failure message="exit code 1">[^<]*may read production/);
  });

  it("fails where access widens, and says how", async () => {
    const run = await check(shell, async (dir) => {
      edit("manifest.yml", (text) => text.replace("default-branch", "protected-branches"))(dir);
      expect((await cli(dir, "manifest.yml")).code).toBe(0);
    });
    expect(run.code, run.output).toBe(1);
    expect(run.issues).toEqual([]);
    expect(run.junit).toMatch(
      /name="access"><failure message="exit code 1">[^<]*secret\/data\/myproject\/staging\/db/,
    );
    expect(run.access).toContain("secret/data/myproject/staging/db");
  });

  it("a bad manifest is an issue at its line", async () => {
    const run = await check(
      shell,
      edit("manifest.yml", (text) => text.replace("secrets:", "secretes:")),
    );
    expect(run.code).toBe(1);
    expect(run.issues.map((issue) => issue.check_name)).toContain("manifest/unknown-key");
    expect(run.issues.map((issue) => issue.location.path)).toEqual(run.issues.map(() => "manifest.yml"));
    expect(run.junit).toContain(" --&gt; manifest.yml:");
  });

  it.each(["", "HEAD~2"])("compares no access without an older manifest: %j", async (base) => {
    // Before the base commit of these repositories there is one without the manifest.
    const run = await check(shell, () => {}, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base });
    expect(run.access).toBeUndefined();
    expect(run.junit).toMatch(/tests="2" failures="0"/);
    expect(run.output.includes("manifest.yml is new in this merge request")).toBe(base !== "");
  });
});

it("only reports a widening unless it is told to refuse it", async () => {
  const { dir } = await expandedProject(pipeline.replace("widening: refuse", "widening: report"));
  expect(resolvePipeline(dir).get("vault-check")?.script.join("\n")).toContain("case 'report' in");
});

it.skipIf(cannotRunLocally)("gitlab-ci-local runs its own expansion of it", async () => {
  const dir = await componentProject(pipeline.replace("expect: matrix.yml", 'expect: ""'), {
    "manifest.yml": manifest,
  });
  expect((await cli(dir, "manifest.yml")).code).toBe(0);
  await commit(dir, "generate");
  const variables = {
    ...predefinedVariables(mergeRequest("feature")),
    PATH: `${tool}:${process.env["PATH"]}`,
  };
  const run = await runJob(dir, "vault-check", variables);
  expect(run.code, run.output).toBe(0);
});
