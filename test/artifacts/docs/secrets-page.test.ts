import { describe, expect, it } from "vitest";

import { code, html, json, md, mermaid } from "../../../src/artifacts/text/quote.ts";
import { example } from "../../e2e/generate.ts";
import { generateInMemory } from "../generate.ts";
import { MANIFESTS } from "../manifests.ts";

describe.each(MANIFESTS)("%s", async (_, manifest) => {
  const { files, plan } = await generateInMemory(manifest, ["--target", "docs"]);
  const text = files.get("SECRETS.md") ?? "";
  const lines = text.split("\n");

  it("names every environment, role, variable and secret's path", () => {
    for (const { name, roles, requests } of plan.environments) {
      expect(lines.some((line) => line.startsWith(`| ${md(name)} | `))).toBe(true);
      for (const role of roles) expect(text).toContain(code(role.name));
      for (const { takes } of requests)
        for (const { variable, as } of takes)
          expect(text).toContain(code(`$${variable}${(as as string) === "all" ? "*" : ""}`));
    }
  });

  it("has tables that no text breaks: as many cells in each row as in the head", () => {
    for (const [at, line] of lines.entries()) {
      if (!/^\|(?:---\|)+$/.test(line)) continue;
      const cells = line.split("|").length;
      expect(lines[at - 1]?.split("|")).toHaveLength(cells);
      for (let row = at + 1; lines[row]?.startsWith("|"); row++)
        expect(lines[row]?.replace(/\\[\\|]/g, "").split("|"), lines[row]).toHaveLength(cells);
    }
  });

  it("has diagrams of nothing but nodes with quoted labels, and arrows between nodes that exist", () => {
    const diagrams = [...text.matchAll(/```mermaid\nflowchart LR\n([\s\S]*?)```/g)].map(
      ([, body]) => body ?? "",
    );
    expect(diagrams.length).toBeGreaterThan(0);
    for (const body of diagrams) {
      const nodes = new Set<string>();
      for (const line of body.trimEnd().split("\n")) {
        const [, id, from, to] =
          /^ {2}(?:(\w+)(?:\["[^"\]]+"\]|\(\["[^"\]]+"\]\)|\[\("[^"\]]+"\)\])|(\w+) --> (\w+))$/.exec(line) ??
          [];
        if (id !== undefined) nodes.add(id);
        else expect([nodes.has(from ?? ""), nodes.has(to ?? "")], line).toEqual([true, true]);
      }
    }
    // What GitLab draws without being asked.
    if (diagrams.length === 1) expect(diagrams[0]?.length).toBeLessThan(2000);
  });
});

it("the page of the second example, as a whole", async () => {
  const { files } = await generateInMemory(example("auto-deploy"));
  await expect(files.get("SECRETS.md")).toMatchFileSnapshot("golden/secrets.txt");
});

describe("quoting", () => {
  it.each([
    ["a`b", "``a`b``"],
    ["`a", "`` `a ``"],
    ["a|b", "`a\\|b`"],
    ["a``b`c", "```a``b`c```"],
  ])("code %s", (text, quoted) => expect(code(text)).toBe(quoted));

  it.each([
    ["release/*", '"release/#42;"'],
    ['"x" <b>', '"#34;x#34; #60;b#62;"'],
    ["- a", '"#45; a"'],
    ["1. a", '"#49;. a"'],
    ["12. a", '"#49;#50;. a"'],
    ["a\nb", '"a b"'],
    ["ünï-1.2", '"ünï-1.2"'],
  ])("mermaid %s", (text, quoted) => expect(mermaid(text)).toBe(quoted));

  it("html and json", () => {
    expect(html(`<a href="x" b='y'>&`)).toBe("&#60;a href=&#34;x&#34; b=&#39;y&#39;&#62;&#38;");
    const data = { a: "</script><!-- & \u2028" };
    expect(json(data)).toMatch(/^[^<>&\u2028]*$/);
    expect(JSON.parse(json(data))).toEqual(data);
  });
});
