import { spawnSync } from "node:child_process";

import { check } from "prettier";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";

import { missingTools, mustHaveTools } from "../support/tools.ts";
import { begin, BEGINNINGS } from "./in-memory.ts";

const begun = await Promise.all(
  BEGINNINGS.map(async ([name, words]) => ({
    name,
    files: [...(await begin(...words))].filter(([path]) => !path.startsWith("ci-vault/")),
  })),
);
const noShellCheck = missingTools("shellcheck").length > 0;

describe.each(begun)("$name", ({ name, files }) => {
  const ending = (pattern: RegExp) => files.filter(([path]) => pattern.test(path));

  it("every YAML file says the same to a reader of 1.1 and of 1.2", () => {
    for (const [path, text] of ending(/\.ya?ml$/)) {
      const read = (version: "1.1" | "1.2") =>
        parseAllDocuments(text, { version, logLevel: "silent" }).map((document) => {
          expect(document.errors, path).toEqual([]);
          return document.toJS() as unknown;
        });
      expect(read("1.1"), path).toEqual(read("1.2"));
    }
  });

  it.skipIf(noShellCheck && !mustHaveTools())("ShellCheck finds nothing in the scripts", () => {
    for (const [path, text] of ending(/\.sh$/)) {
      const run = spawnSync("shellcheck", ["-s", "sh", "-S", "style", "-f", "gcc", "-"], {
        input: text,
        encoding: "utf8",
      });
      expect(`${path}: ${run.stdout}`).toBe(`${path}: `);
    }
  });

  it("is tidy: one line end at the end, no blanks before one, and Prettier would change nothing", async () => {
    for (const [path, text] of files) {
      if (path.endsWith(".gitkeep")) continue;
      expect(text, path).toMatch(/[^\n]\n$/);
      expect(text, path).not.toMatch(/[ \t]\n|\n\n\n|\r/);
      // A text with both kinds of quotes is in ours, which both YAML versions read alike.
      if (/\.ya?ml$/.test(path) && name !== "every answer")
        expect(await check(text, { filepath: path }), path).toBe(true);
    }
  });

  it("names no machine, version of the tool or day", () => {
    for (const [path, text] of ending(/^(?!.*schema\.json$)/))
      expect(text, path).not.toMatch(/(?<!\w)\/repo|\b0\.1\.0|\b0\.0\.0|\b20\d\d-\d\d/);
  });
});

it("odd answers arrive as they were given", () => {
  const files = new Map(begun.find(({ name }) => name === "every answer")?.files);
  expect(parse(files.get("ci-vault.yml") ?? "")).toEqual({
    version: 1,
    gitlab: {
      url: "https://gitlab.example.com:8443/git",
      project: { id: 7, path: "a_b/c.d-e/F" },
      default_branch: "release/1.0",
    },
    vault: { url: "http://10.0.0.1:8200", mounts: { secret: "kv-v2", kv: "kv-v1" } },
    environments: {
      dev: {
        refs: ["default-branch", { branch: "y" }, { tag: "v*", protected: true }],
        gitlab_environment: { name: "dev", action: "start" },
      },
      live: { refs: ["protected-branches"], gitlab_environment: { name: "live", action: "start" } },
    },
    secrets: { A: "kv/{environment}/x y#a: b", NO: `secret/on#it's "quoted"` },
  });
});

it("the schema beside the manifest is the one that the manifest names", () => {
  const files = new Map(begun[0]?.files);
  expect(files.get("ci-vault.yml")).toMatch(/^# yaml-language-server: \$schema=\.\/ci-vault\.schema\.json\n/);
  expect(JSON.parse(files.get("ci-vault.schema.json") ?? "")).toHaveProperty("$schema");
});
