import { describe, expect, it } from "vitest";

import { awks } from "./job.ts";
import { parse } from "./parser.ts";

/** One megabyte of a value, each the worst case of some way to parse it. */
const megabytes: Readonly<Record<string, string>> = {
  "plain text": JSON.stringify("x".repeat(1_000_000)),
  "lines of a certificate": JSON.stringify(`${"A".repeat(64)}\n`.repeat(15_000)),
  "escaped quotes": JSON.stringify('"'.repeat(500_000)),
  "escaped backslashes": JSON.stringify("\\".repeat(500_000)),
  "single quotes": JSON.stringify("'".repeat(1_000_000)),
  "unicode escapes": `"${"\\u00e9".repeat(166_000)}"`,
};

// Linear takes a second or less where this was written; quadratic takes minutes. Between them is room for a busy machine.
describe.each(awks.filter((awk) => awk === "mawk" || awk === "gawk"))("a secret of 1 MB in %s", (awk) => {
  it.each(Object.keys(megabytes))("of %s", (kind) => {
    const text = megabytes[kind] ?? "";
    const { failures, ms } = parse(awk, [`{"data":{"v":${text}}}`], ["V:file=v"]);
    expect(failures).toBe("");
    expect(ms).toBeLessThan(5_000);
  });

  it("of base64", () => {
    const text = Buffer.alloc(750_000, "any bytes \0 \xff").toString("base64");
    const { failures, ms } = parse(awk, [`{"data":{"v":"${text}"}}`], ["V:file,base64=v"]);
    expect(failures).toBe("");
    expect(ms).toBeLessThan(5_000);
  });
});
