import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODES, type Code } from "../../src/diagnostics/index.ts";
import { judge, manifestsAt } from "../manifests/judge.ts";

const pagesAt = join(import.meta.dirname, "../../docs/diagnostics");
const codes = Object.keys(CODES) as Code[];
const read = (code: string) => readFileSync(join(pagesAt, `${code}.md`), "utf8");

test("every code has a page, and no page is without a code", () => {
  const pages = readdirSync(pagesAt, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".md"),
  );
  expect(pages.map((path) => path.slice(0, -3)).toSorted()).toEqual(codes.toSorted());
});

test.each(codes)(
  "the page of %s says what it is, why it matters, and how it looks before and after",
  (code) => {
    const [severity, title] = CODES[code];
    const page = read(code);
    expect(page.split("\n")[0]).toBe(`# ${code}`);
    expect(page.toLowerCase()).toContain(`\n${severity}: ${title.toLowerCase()}`);
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.filter((heading) => heading !== "Output")).toEqual([
      "What it means",
      "Why it matters",
      "Before",
      "After",
    ]);
    expect(page.split("\n").length).toBeLessThanOrEqual(60);
  },
);

const shown = codes.filter((code) => existsSync(join(manifestsAt, "err", `${code}.yml`)));
describe.each(shown)("%s", (code) => {
  const fixture = readFileSync(join(manifestsAt, "err", `${code}.yml`), "utf8");
  const page = read(code);

  test("the page shows what the tool says (npm run golden updates it)", async () => {
    const output = judge(fixture).human.replace(/\n\n[^\n]*; more: [^\n]*\n$/, "");
    const block = `## Output\n\n\`\`\`text\n${output}\n\`\`\`\n`;
    const wanted = page.includes("\n## Output\n")
      ? page.replace(/## Output\n\n```text\n(?:[^`][^\n]*\n|\n)*```\n/, () => block)
      : page.replace("\n## After\n", () => `\n${block}\n## After\n`);
    await expect(wanted).toMatchFileSnapshot(join(pagesAt, `${code}.md`));
  });

  const before = snippet(page, "Before");
  const after = snippet(page, "After");
  test.runIf(before !== undefined && after !== undefined)("what the page advises helps", () => {
    expect(fixture).toContain(before);
    const { diagnostics } = judge(fixture.replace(before ?? "", () => after ?? ""));
    expect(diagnostics.map((found) => found.code)).toEqual([]);
  });
});

function snippet(page: string, heading: string): string | undefined {
  return new RegExp(`## ${heading}\n\n\`\`\`yaml\n([^]*?)\n\`\`\``).exec(page)?.[1];
}
