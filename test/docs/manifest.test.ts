import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readManifest } from "../../src/manifest/index.ts";
import { filesIn, judge, manifestsAt } from "../manifests/judge.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/manifest.md"), "utf8");
const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = ""]) => text);

test("schema.json and the reference are what scripts/docs.mjs makes of the schema", () => {
  execFileSync(process.execPath, [join(root, "scripts/docs.mjs"), "--check"], { stdio: "pipe" });
});

describe("examples of docs/manifest.md", () => {
  const plain = examples.filter((text) => text.startsWith("version: 1\n"));

  test("are there", () => expect(plain.length).toBeGreaterThan(5));

  test.each(plain)("generate without a word: %#", (text) => {
    const { human, compiled } = judge(text);
    expect(human).toBe("");
    expect(compiled?.artifacts.length).toBeGreaterThan(5);
  });

  test("the one for an old GitLab generates with the warning that the text names", () => {
    const old = examples.filter((text) => text.startsWith("# a GitLab before id_tokens\n"));
    expect(old.map((text) => judge(text).diagnostics.map(({ code }) => code))).toEqual([
      ["model/version-range"],
    ]);
  });
});

describe("schema.json", () => {
  const schema = JSON.parse(readFileSync(join(root, "schema.json"), "utf8")) as object;
  // Strict: an unknown keyword (one of the tool's own marks) is an error. Unions of types are plain draft 7.
  const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

  test.each(filesIn("ok"))("accepts ok/%s", (file) => {
    accepts(parse(readFileSync(join(manifestsAt, "ok", file), "utf8"), schemaOptions));
    expect(accepts.errors).toBeNull();
  });

  const bad = filesIn("err").filter((file) => file.endsWith(".yml"));
  test.each(bad)("agrees with the tool about the structure of err/%s", (file) => {
    const bytes = readFileSync(join(manifestsAt, "err", file));
    const { value, diagnostics } = readManifest(file, bytes);
    const structural = /^manifest\/(?:unknown-key|missing-key|wrong-type|invalid-value)$/;
    if (value === undefined && !diagnostics.some(({ code }) => structural.test(code))) return;
    // A list as a key has no form in JSON.
    if (file.endsWith("wrong-type--key.yml")) return;
    expect(accepts(parse(bytes.toString("utf8"), schemaOptions))).toBe(value !== undefined);
  });

  test("says nothing of the marks that are the tool's own", () => {
    expect(JSON.stringify(schema)).not.toMatch(/"(?:public|hint|otherwise)":/);
  });
});

const schemaOptions = { merge: true, uniqueKeys: false, logLevel: "error" } as const;
