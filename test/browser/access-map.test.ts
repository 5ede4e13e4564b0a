import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { generateInMemory } from "../artifacts/generate.ts";
import { OTHER_TARGETS } from "../artifacts/manifests.ts";
import { example } from "../e2e/generate.ts";
import { tempDir } from "../support/temp.ts";
import { mustHaveTools } from "../support/tools.ts";
import { chromium, openBrowser, type Page } from "./chromium.ts";

const missing = chromium === undefined;
if (missing) process.stderr.write("skipped: Chromium is not on the PATH (Debian package chromium)\n");

const SIZES = [
  { width: 400, dark: false },
  { width: 400, dark: true },
  { width: 1400, dark: false },
  { width: 1400, dark: true },
];

// In a pipeline the browser must be there: a proof that is skipped proves nothing.
describe.skipIf(missing && !mustHaveTools())("the access map in a real browser", () => {
  let page: Page;
  const urls: Record<string, string> = {};
  beforeAll(async () => {
    for (const [name, manifest] of Object.entries({ plain: example("auto-deploy"), odd: OTHER_TARGETS })) {
      const { files } = await generateInMemory(manifest, ["--target", "docs"]);
      const file = join(tempDir("map"), "access-map.html");
      writeFileSync(file, files.get("access-map.html") ?? "");
      urls[name] = pathToFileURL(file).href;
    }
    page = await openBrowser();
  });
  afterAll(() => (page as Page | undefined)?.close());

  const text = (selector: string) =>
    page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);
  /** As a person does it: the answer, and the event of an answer. */
  const answer = (id: string, value: string) =>
    page.evaluate(`{
      const input = document.getElementById(${JSON.stringify(id)});
      input.value = ${JSON.stringify(value)};
      for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
    }`);

  it("asks for nothing but itself, and its policy lets its own script and style run", async () => {
    for (const url of Object.values(urls)) await page.open(url);
    expect(page.requests).toEqual(Object.values(urls));
    expect(page.complaints).toEqual([]);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.card')).borderLeftStyle")).toBe(
      "solid",
    );
  });

  it("refuses what it did not bring: a script, a picture, a request", async () => {
    await page.open(urls["plain"] ?? "");
    const refused = await page.evaluate<string[]>(`new Promise((resolve) => {
      const refused = [];
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        if (refused.push(effectiveDirective) === 3) resolve(refused.toSorted());
      });
      const script = document.createElement("script");
      script.textContent = "document.title = 'broken'";
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:1/x.png";
      document.body.append(script, image);
      fetch("http://127.0.0.1:1/").catch(() => {});
    })`);
    expect(refused).toEqual(["connect-src", "img-src", "script-src-elem"]);
    expect(await page.evaluate("document.title")).not.toBe("broken");
  });

  it("says what a job can read, and of what it cannot, which claim stands in the way", async () => {
    await page.open(urls["plain"] ?? "");
    expect(await text("#summary")).toBe("This job can read 2 paths, of staging.");
    await answer("start", "1");
    expect(await text("#summary")).toBe("This job can read 3 paths, of production.");
    expect(await text(".card.yes")).toContain(
      "TLS_KEY from team/kv/shop/tls: private key of shop.example.com",
    );
    await answer("fact-ref_protected", "false");
    expect(await text("#summary")).toBe("This job can read nothing.");
    const production = await page.evaluate<string>(
      "[...document.querySelectorAll('.card.no')].find((card) => card.querySelector('h3').innerText === 'production').innerText",
    );
    expect(production).toContain("Ref protected: no; must be yes (claim ref_protected)");
    expect(production.match(/claim /g)).toHaveLength(1);
    await answer("fact-ref_protected", "true");
    await answer("fact-ref", "auto-deploy");
    expect(await text("#summary")).toBe("This job can read nothing.");
    await answer("fact-ref", "auto-deploy-7/x");
    await answer("fact-environment", "");
    expect(await text(".card.no:last-child")).toContain("the token lacks it; must be production");
  });

  it("says who can read a path, and shows such a job", async () => {
    await page.open(urls["plain"] ?? "");
    await answer("path", "team/kv/shop/tls");
    expect(await text("#readers-summary")).toBe(
      "1 role can read it, for production; by this manifest, no other job can.",
    );
    expect(await text("#readers")).toContain("mygroup/storefront (22) or mygroup/checkout (23)");
    await page.evaluate("document.querySelector('#readers button').click()");
    expect(await text("#summary")).toBe("This job can read 3 paths, of production.");
    expect(await page.evaluate("document.activeElement.id")).toBe("start");
  });

  it("shows odd texts as they are", async () => {
    await page.open(urls["odd"] ?? "");
    expect(await text("#verdicts")).toContain(
      "A from secret/it's/staging/a|`b`<c>: a | b </script><!-- $x$ &lt; *c*",
    );
    expect(await page.evaluate("document.getElementById('fact-ref').value")).toBe('a"<b>&`$${x}%{y}');
  });

  it("works with the keyboard alone, in the order of the page", async () => {
    await page.open(urls["plain"] ?? "");
    const seen: string[] = [];
    for (let count = 0; count < 10; count++) {
      await page.press("Tab");
      seen.push(await page.evaluate<string>("document.activeElement.id || document.activeElement.innerText"));
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(outline, seen.at(-1)).toBe("solid");
    }
    const form = [
      "project_id",
      "ref_type",
      "ref",
      "ref_protected",
      "pipeline_source",
      "environment",
      "deployment_tier",
    ];
    expect(seen).toEqual(["start", ...form.map((claim) => `fact-${claim}`), "path", "Show such a job"]);
    await page.evaluate("document.getElementById('start').focus()");
    await page.press("ArrowDown");
    expect(await text("#summary")).toBe("This job can read 3 paths, of production.");
  });

  it("has a name for every control, and tells screen readers what changed", async () => {
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('select, input')].filter((one) => one.labels.length !== 1).length",
      ),
    ).toBe(0);
    expect(
      await page.evaluate("[...document.querySelectorAll('[role=status]')].map((one) => one.id)"),
    ).toEqual(["summary", "readers-summary"]);
    expect(await page.evaluate("document.documentElement.lang")).toBe("en");
  });

  it.each(SIZES)(
    "is readable at $width px (dark: $dark): contrast, and no sideways scrolling",
    async (size) => {
      for (const url of Object.values(urls)) {
        await page.show(size);
        await page.open(url);
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
        expect(await page.evaluate(`(${faint.toString()})()`)).toEqual([]);
      }
    },
  );
});

/** Runs in the page: texts with less contrast than WCAG 2.2 AA asks for (4.5), by their own and their ancestors' colours. */
function faint(): string[] {
  const { document, getComputedStyle } = globalThis as unknown as { document: any; getComputedStyle: any };
  const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = colour
      .slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: any): number[] => {
    for (let one = element; one !== null; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.body.querySelectorAll("*")].flatMap((element: any) => {
    const own = [...element.childNodes].some((node: any) => node.nodeType === 3 && node.data.trim() !== "");
    if (!own || element.offsetParent === null) return [];
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].toSorted(
      (x, y) => y - x,
    );
    const ratio = ((a ?? 0) + 0.05) / ((b ?? 0) + 0.05);
    return ratio < 4.5 ? [`${element.tagName} ${ratio.toFixed(2)} ${element.innerText}`] : [];
  });
}
