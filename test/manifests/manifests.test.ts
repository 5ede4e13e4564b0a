import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { CODES, isCode } from "../../src/diagnostics/index.ts";
import { filesIn, judge, manifestsAt } from "./judge.ts";

const inputs = filesIn("err").filter((file) => file.endsWith(".yml"));

test.each(inputs)("err/%s", async (file) => {
  const bytes = readFileSync(join(manifestsAt, "err", file));
  const { diagnostics, human, json } = judge(bytes);
  await expect(human).toMatchFileSnapshot(join(manifestsAt, "err", file.replace(/\.yml$/, ".out")));
  // One mistake, one finding: `<room>/<slug>--<situation>.yml` is about `<room>/<slug>` and nothing else.
  const code = codeOf(file);
  const severity = isCode(code) ? CODES[code][0] : "none";
  expect(diagnostics.filter((found) => found.severity === severity).map((found) => found.code)).toEqual([code]);
  expect(severity === "warning" && diagnostics.some((found) => found.severity === "error")).toBe(false);
  expect(bytes.toString("utf8").startsWith("# ERROR: ")).toBe(true);
  expect(human + json).not.toMatch(/CANARY|hunter2/);
});

test("every code that a manifest can trigger has a bad manifest named after it", () => {
  // Found by the file system, or generated in odd-bytes.test.ts because nobody wants them in a repository.
  const elsewhere = /^disk\/|^manifest\/(?:not-found|too-large|not-text)$/;
  const expected = Object.keys(CODES).filter((code) => !elsewhere.test(code));
  const covered = inputs.map((file) => file.replace(/\.yml$/, "")).filter((name) => isCode(name));
  expect(covered.toSorted()).toEqual(expected.toSorted());
  expect(inputs.map(codeOf).filter((code) => !isCode(code))).toEqual([]);
});

test.each(filesIn("ok"))("ok/%s", (file) => {
  const { diagnostics, human } = judge(readFileSync(join(manifestsAt, "ok", file)));
  const expected = file.endsWith(".warn.yml") ? ["warning"] : [];
  expect(diagnostics.map(({ severity }) => severity), human).toEqual(expected);
});

// The last test, so that `npm run golden` has written what is new.
test("every bad manifest has its rendering, and there is no rendering without one", () => {
  const renderings = filesIn("err").filter((file) => !file.endsWith(".yml"));
  expect(renderings).toEqual(inputs.map((file) => file.replace(/\.yml$/, ".out")));
});

function codeOf(file: string): string {
  const name = basename(file, ".yml").split("--")[0] ?? "";
  return `${file.split("/")[0]}/${name}`;
}
