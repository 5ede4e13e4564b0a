import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bodies, cases } from "./json-cases.ts";
import { awks } from "./job.ts";
import { parse, type Parsed } from "./parser.ts";

const nothing = Symbol("not JSON, or no such value");

describe.each(awks)("the JSON parser in %s", (awk) => {
  it(`agrees with JSON.parse on ${cases.length} values`, () => {
    agree(awk, cases);
  });

  it(`agrees with JSON.parse on ${bodies.length} whole answers`, () => {
    const result = parse(
      awk,
      bodies,
      bodies.map((_, index) => `V${index}=v`),
    );
    for (const [index, body] of bodies.entries()) check(result, index, oracle(body), body);
  });

  it("agrees with JSON.parse on generated values, compact and spread over lines", () => {
    const values = fc.sample(fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), { numRuns: 300, seed: 5 });
    agree(
      awk,
      values.map((value, index) => JSON.stringify(value, null, index % 3 === 0 ? " \t" : undefined)),
    );
  });

  it("agrees with JSON.parse on valid texts with one byte changed, missing or doubled", () => {
    const text = '{"a":[1,-2.5e3,{"b":"c\\\\\\"\\ud83d\\ude00"},[],{}],"d":null,"e":true}';
    const bytes = '"\\{}[],:0-.e tu\n\t\u0001';
    const mutants = [...text].flatMap((char, at) => [
      text.slice(0, at) + text.slice(at + 1),
      text.slice(0, at) + char + text.slice(at),
      text.slice(0, at) + bytes[at % bytes.length] + text.slice(at + 1),
      text.slice(0, at) + bytes[(at * 7) % bytes.length] + text.slice(at),
    ]);
    agree(awk, mutants);
  });

  it("hands on nested values and whole secrets as compact JSON", () => {
    const body = '{ "data" : { "v" : [ 1.50 , { "a b" : "c \\" d" } , 1E5 ] , "w" : "\\u0041" } }';
    const result = parse(awk, [body, body], ["V=v", "W:json"]);
    expect(String(result.values.get("V"))).toBe('[1.50,{"a b":"c \\" d"},1E5]');
    expect(String(result.values.get("W"))).toBe('{"v":[1.50,{"a b":"c \\" d"},1E5],"w":"\\u0041"}');
  });

  it("refuses a NUL in a value, whichever value it is in", () => {
    const body = JSON.stringify({ data: { v: "a\0b", w: "fine" } });
    const result = parse(awk, [body, body, body], ["V=v", "W=w", "F:file=v"]);
    expect(result.failures).toMatch(/^secret V: p0: .*NUL.*\nsecret F: p2: .*NUL/);
    expect([...result.values.keys()]).toEqual(["W"]);
  });

  it("survives bytes that are not UTF-8", () => {
    const body = Buffer.concat([
      Buffer.from('{"data":{"v":"'),
      Buffer.from([0x80, 0xff, 0xc3]),
      Buffer.from('"}}'),
    ]);
    expect(parse(awk, [body], ["V=v"]).values.get("V")?.toString("hex")).toBe("80ffc3");
  });

  it("keeps one answer apart from the next, however broken it is", () => {
    const good = '{"data":{"v":"x"}}';
    const broken = [
      '{"data":{"v":"x',
      '{"data":{"v":"x\\',
      "<html>\\",
      '{"data":{"v":"x\\\\',
      '{"data":{"v":"x\\u00',
      "\\\\\\",
    ];
    for (const body of broken) {
      const result = parse(awk, [good, body, good], ["A=v", "B=v", "C=v"]);
      expect([...result.values.keys()], body).toEqual(["A", "C"]);
    }
  });

  it("decodes base64 with and without line breaks, and refuses what is none", () => {
    const text = "Zm9vYmFy\nIcOp\n";
    const bad = ["a", "ab", "abc", "ab=c", "=", "====", "abc=abcd", "ab-_", "é"];
    const bodyOf = (v: string) => JSON.stringify({ data: { v } });
    const documents = [text, "", "Zm8=", "Zg==", ...bad].map(bodyOf);
    const result = parse(
      awk,
      documents,
      documents.map((_, index) => `V${index}:base64=v`),
    );
    expect([...result.values.values()].map(String)).toEqual(["foobar!é", "", "fo", "f"]);
    expect(result.failures.split("\n")).toHaveLength(bad.length);
  });
});

function agree(awk: string, texts: readonly string[]): void {
  const documents = texts.map((text) => `{"data":{"v":${text}}}`);
  const result = parse(
    awk,
    documents,
    documents.map((_, index) => `V${index}=v`),
  );
  for (const [index, body] of documents.entries()) check(result, index, oracle(body), texts[index] ?? "");
}

function oracle(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)?.data?.v;
    return value === undefined || value === null ? nothing : value;
  } catch {
    return nothing;
  }
}

function check(result: Parsed, index: number, expected: unknown, about: string): void {
  const found = result.values.get(`V${index}`);
  const label = JSON.stringify(about);
  if (expected === nothing) expect(found, label).toBeUndefined();
  else if (typeof expected === "string" && expected.includes("\0")) expect(found, label).toBeUndefined();
  else if (typeof expected === "string")
    expect(found?.toString("hex"), label).toBe(Buffer.from(expected).toString("hex"));
  else expect(JSON.parse(String(found)), label).toEqual(expected);
}
