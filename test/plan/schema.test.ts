import { readFileSync } from "node:fs";

import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";

import { generateInMemory } from "../artifacts/generate.ts";
import { MANIFESTS } from "../artifacts/manifests.ts";

const schema = JSON.parse(readFileSync(new URL("../../plan.schema.json", import.meta.url), "utf8")) as object;
// Strict: a keyword that does nothing where it stands is a mistake of ours.
const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

const cases = await Promise.all(
  MANIFESTS.map(async ([name, manifest]) => ({ name, plan: (await generateInMemory(manifest)).plan })),
);

describe("plan.schema.json", () => {
  it.each(cases)("describes the plan of $name", ({ plan }) => {
    validate(plan);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each<readonly [string, (plan: any) => unknown]>([
    ["an unknown key", (plan) => (plan.extra = 1)],
    ["an unknown key deep inside", (plan) => (plan.environments[0].roles[0].extra = 1)],
    ["a missing key", (plan) => delete plan.environments[0].policy],
    ["another version", (plan) => (plan.schema_version = 2)],
    ["a claim that is no text", (plan) => (plan.environments[0].roles[0].bound_claims.project_id = 22)],
    ["a role that binds nothing", (plan) => (plan.environments[0].roles[0].bound_claims = {})],
    ["a wildcard in a policy", (plan) => (plan.environments[0].policy.paths[0].path = "secret/*")],
    ["an unknown capability", (plan) => (plan.environments[0].policy.paths[0].capabilities = ["deny"])],
    ["an absolute file", (plan) => plan.files.push("/etc/passwd")],
  ])("refuses %s", (_, change) => {
    const plan = structuredClone(cases[0]?.plan);
    expect(validate(plan)).toBe(true);
    change(plan);
    expect(validate(plan)).toBe(false);
  });

  it("says what every key is for", () => {
    const silent: string[] = [];
    const walk = (node: unknown, route: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties } = node as { properties?: Record<string, { description?: string; $ref?: string }> };
      for (const [key, value] of Object.entries(properties ?? {}))
        if (value.description === undefined && value.$ref === undefined) silent.push(`${route}.${key}`);
      for (const [key, value] of Object.entries(node)) walk(value, `${route}.${key}`);
    };
    walk(schema, "");
    expect(silent).toEqual([]);
  });
});
