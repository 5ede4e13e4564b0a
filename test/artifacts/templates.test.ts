import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import Handlebars from "handlebars";
import { describe, expect, it, vi } from "vitest";

import { MANIFESTS, PER_PROJECT } from "./manifests.ts";

const root = fileURLToPath(new URL("../../templates/", import.meta.url));
const templates = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".hbs"))
  .map((path) => join(root, path));

/** The views that real runs render each template with. */
const views = new Map<string, object[]>(templates.map((path) => [path, []]));
for (const path of templates) {
  vi.doMock(path, async (original) => {
    const { default: render } = await original<{ default: (view: object) => string }>();
    return { default: (view: object) => (views.get(path)?.push(view), render(view)) };
  });
}
// After the mocks, or the real modules would be loaded already.
const { generateInMemory } = await import("./generate.ts");
// Whoever adds a template adds the run that renders it.
for (const [, manifest] of MANIFESTS) await generateInMemory(manifest);
await generateInMemory(PER_PROJECT);
const { begin, BEGINNINGS } = await import("../init/in-memory.ts");
for (const [, words] of BEGINNINGS) await begin(...words);

/** Named here again on purpose: a helper that quotes nothing must not slip in by being registered. */
const QUOTING = new Set(["code", "hcl", "html", "json", "line", "md", "mermaid", "sh", "yaml"]);

describe.each(templates.map((path) => ({ name: relative(root, path), path })))("$name", ({ path }) => {
  const tree = Handlebars.parse(readFileSync(path, "utf8"));

  it("is rendered by some manifest", () => {
    expect(views.get(path)?.length).toBeGreaterThan(0);
  });

  it("prints nothing without a quoting helper, and knows no partials", () => {
    expect(unquoted(tree)).toEqual([]);
  });

  it("uses only names that its view has, inside blocks too", () => {
    expect(absent(tree, views.get(path) ?? [])).toEqual([]);
  });
});

describe("the checks themselves", () => {
  const complaints = (source: string) => unquoted(Handlebars.parse(source));
  it.each([
    "{{x}}",
    "{{{sh x}}}",
    "{{lookup x 'y'}}",
    "{{#if a}}{{x}}{{/if}}",
    "{{#each a}}{{else}}{{this}}{{/each}}",
    "{{> partial}}",
    "{{#sh x}}{{/sh}}",
  ])("find %s", (source) => {
    expect(complaints(source)).toHaveLength(1);
  });

  it.each([
    ["{{sh a.c}}", ["a.c"]],
    ["{{#if z}}{{/if}}", ["z"]],
    ["{{#unless a}}{{sh z}}{{/unless}}", ["z"]],
    ["{{#each list}}{{sh z}}{{sh this.b}}{{/each}}", ["z"]],
    ["{{#each list}}{{sh ../z}}{{sh ../a.b}}{{#unless @last}}{{/unless}}{{/each}}", ["../z"]],
    ["{{#each none}}{{sh b}}{{/each}}", ["none (nothing in it in any view)"]],
  ])("find the missing names of %s", (source, names) => {
    expect(
      absent(Handlebars.parse(source), [{ a: { b: "" }, list: [{ b: 1 }, { b: 2 }], none: [] }]),
    ).toEqual(names);
  });
});

type Node = hbs.AST.Node;

function unquoted(node: Node): readonly string[] {
  switch (node.type) {
    case "Program":
      return (node as hbs.AST.Program).body.flatMap(unquoted);
    case "ContentStatement":
    case "CommentStatement":
      return [];
    case "MustacheStatement": {
      const { path, params, escaped } = node as hbs.AST.MustacheStatement;
      const helper = (path as hbs.AST.PathExpression).original;
      const isPlain = params.length === 1 && params[0]?.type === "PathExpression";
      return QUOTING.has(helper) && isPlain && escaped ? [] : [`line ${node.loc.start.line}: ${helper}`];
    }
    case "BlockStatement": {
      const { path, program, inverse } = node as hbs.AST.BlockStatement;
      if (!["if", "unless", "each"].includes(path.original as string))
        return [`line ${node.loc.start.line}: ${path.original}`];
      return [program, inverse].flatMap((part) =>
        part === undefined || part === null ? [] : unquoted(part),
      );
    }
    default:
      return [`line ${node.loc.start.line}: ${node.type}`];
  }
}

/** One place of a template in one rendering: the value of `this`, and those around it. */
type Scope = readonly unknown[];

function absent(tree: hbs.AST.Program, roots: readonly object[]): readonly string[] {
  return [
    ...new Set(
      missingIn(
        tree,
        roots.map((view) => [view]),
      ),
    ),
  ];
}

function missingIn(node: Node, scopes: readonly Scope[]): readonly string[] {
  if (node.type === "Program")
    return (node as hbs.AST.Program).body.flatMap((part) => missingIn(part, scopes));
  if (node.type !== "MustacheStatement" && node.type !== "BlockStatement") return [];
  const { path, params, program, inverse } = node as hbs.AST.BlockStatement;
  const missing = params.flatMap((param) => unknownPath(param as hbs.AST.PathExpression, scopes));
  if (missing.length > 0 || node.type === "MustacheStatement") return missing;
  if (path.original !== "each")
    return [program, inverse].flatMap((part) => (part ? missingIn(part, scopes) : []));
  const list = params[0] as hbs.AST.PathExpression;
  const items = scopes.flatMap((scope) =>
    (valueAt(list, scope) as readonly unknown[]).map((item) => [item, ...scope]),
  );
  if (items.length === 0) return [`${list.original} (nothing in it in any view)`];
  return [...missingIn(program, items), ...(inverse ? missingIn(inverse, scopes) : [])];
}

function unknownPath(path: hbs.AST.PathExpression, scopes: readonly Scope[]): readonly string[] {
  // `@first`, `@last` and their like are Handlebars' own.
  if (path.data) return [];
  return scopes.every((scope) => valueAt(path, scope) !== undefined) ? [] : [path.original];
}

function valueAt(path: hbs.AST.PathExpression, scope: Scope): unknown {
  return path.parts.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key as string],
    scope[path.depth],
  );
}
