import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";

import { catalogReadme, catalogTemplate, readComponent } from "../../src/artifacts/component/catalog.ts";
import { gitlabSchema, missingSchema, readYaml } from "../artifacts/gitlab-yaml.ts";
import { COMPONENTS, GOOD, readText, templateOf } from "./catalog.ts";
import { interpolate, splitComponent } from "./interpolate.ts";

describe.each(COMPONENTS)("%s", (name) => {
  const component = readComponent(name, readText);
  const text = templateOf(name);

  it("its template and README are those of catalog/ (npm run components)", () => {
    expect(text).toBe(catalogTemplate(component));
    const readme = readText(`catalog/${name}/README.md`);
    expect(readme).toBe(catalogReadme(readme, component, readText(`catalog/${name}/example.yml`)));
  });

  it("its example names the release that this checkout will be", () => {
    const { version } = JSON.parse(readText("package.json")) as { version: string };
    const names = [...readText(`catalog/${name}/example.yml`).matchAll(/@(\S+)/g)].map(
      ([, release]) => release,
    );
    expect(new Set(names)).toEqual(new Set([`v${version}`]));
  });

  it("has two documents that YAML 1.1 and 1.2 read alike, without global keywords", () => {
    const parts = text.split(/^---\s+/m);
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(readYaml(part, "1.1")).toEqual(readYaml(part, "1.2"));
    const jobs = interpolate(text, GOOD[name]);
    for (const key of ["stages", "default", "variables", "workflow", "image", "cache", "include", "spec"])
      expect(jobs).not.toHaveProperty(key);
  });

  it("holds every input to an anchored regex or to options, and describes it", () => {
    const { specs } = splitComponent(text);
    expect(Object.keys(specs ?? {})).not.toHaveLength(0);
    for (const [input, spec] of Object.entries(specs ?? {})) {
      expect(spec?.["type"], input).toBe("string");
      expect(spec?.["description"], input).toMatch(/^[A-Z].*\.$/);
      const { regex, options } = spec as { regex?: string; options?: readonly string[] };
      expect((regex === undefined) !== (options === undefined), input).toBe(true);
      if (regex !== undefined) expect(regex, input).toMatch(/^\^.*\$$/s);
    }
  });

  it("uses every input, and every place of a script names one", () => {
    const [, jobs = ""] = text.split(/^---\s+/m);
    const used = new Set([...jobs.matchAll(/\$\[\[ inputs\.(\w+) \]\]/g)].map(([, input]) => input));
    expect([...used].toSorted()).toEqual(Object.keys(component.inputs).toSorted());
    expect(jobs.split("$[[")).toHaveLength([...jobs.matchAll(/\$\[\[ inputs\.\w+ \]\]/g)].length + 1);
  });

  it("pins its image by an exact version, and takes a digest", () => {
    const [job] = Object.values(interpolate(text, GOOD[name])) as { image: string }[];
    expect(job?.image).toMatch(/^[a-z]+(?:\/[a-z]+)?:\d+\.\d+\.\d+(?:-[a-z]+)?$/);
    const digest = `@sha256:${"0a".repeat(32)}`;
    const [pinned] = Object.values(interpolate(text, { ...GOOD[name], image_digest: digest })) as {
      image: string;
    }[];
    expect(pinned?.image).toBe(`${job?.image}${digest}`);
  });

  it("defines other jobs under another prefix, and none that the first include has", () => {
    const names = (prefix: string) => Object.keys(interpolate(text, { ...GOOD[name], job_prefix: prefix }));
    expect(names("a-").filter((job) => names("b-").includes(job) || names("").includes(job))).toEqual([]);
  });
});

const schema = gitlabSchema();
if (schema === undefined) process.stderr.write(`skipped: GitLab's schema: ${missingSchema}\n`);

describe.skipIf(schema === undefined)(
  `GitLab's own JSON schema${schema === undefined ? ` (${missingSchema})` : ""}`,
  () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const whole = schema === undefined ? undefined : ajv.compile(schema);
    const root = {
      type: undefined,
      properties: undefined,
      patternProperties: undefined,
      additionalProperties: undefined,
    };
    const job = schema && ajv.compile({ ...schema, ...root, $id: "job", $ref: "#/definitions/job_template" });

    it.each(COMPONENTS)("accepts the header of %s and every expanded job", (name) => {
      expectValid(whole, readYaml(templateOf(name).split(/^---\s+/m)[0] ?? "", "1.1"), `${name}: spec`);
      const jobs = interpolate(templateOf(name), GOOD[name]);
      expectValid(whole, jobs, name);
      for (const [key, body] of Object.entries(jobs)) expectValid(job, body, `${name}: ${key}`);
    });

    it.each(COMPONENTS)("accepts the example of %s", (name) => {
      expectValid(whole, readYaml(readText(`catalog/${name}/example.yml`), "1.1"), name);
    });
  },
);

function expectValid(validate: ValidateFunction | undefined, data: unknown, what: string): void {
  const valid = validate?.(data);
  const errors = (validate?.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  expect(valid, `${what}: ${errors.join("; ")}`).toBe(true);
}
