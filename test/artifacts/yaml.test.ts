import { spawnSync } from "node:child_process";

import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";

import { missingTools } from "../support/tools.ts";
import { generateInMemory } from "./generate.ts";
import { gitlabSchema, missingSchema, readYaml } from "./gitlab-yaml.ts";
import { MANIFESTS } from "./manifests.ts";

const generated = await Promise.all(
  MANIFESTS.map(async ([name, manifest]) => {
    const { files } = await generateInMemory(manifest);
    return {
      name,
      fragments: [...files].filter(([path]) => path.endsWith(".yml") && !path.startsWith("component/")),
    };
  }),
);
const cases = generated.filter(({ fragments }) => fragments.length > 0);

describe.each(cases)("fragments of $name", ({ fragments }) => {
  it.each(fragments)("%s is the same data in YAML 1.1 and 1.2", (_, text) => {
    expect(readYaml(text, "1.1")).toEqual(readYaml(text, "1.2"));
  });

  it.each(fragments)("%s is one document of printable text, its lines not folded", (_, text) => {
    // A second document would be a `spec:` header to GitLab; a control character or a tab as indentation an error.
    expect(text).not.toMatch(/^(?:---|\.\.\.)/m);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028\u2029\ufeff]/);
    expect(text).not.toMatch(/^\s*\t/m);
    expect(text.endsWith("\n")).toBe(true);
    const data = readYaml(text, "1.1");
    for (const key of ["stages", "default", "variables", "workflow", "spec"])
      expect(data).not.toHaveProperty(key);
  });
});

describe.skipIf(missingTools("ruby").length > 0)("Psych, which GitLab reads YAML with", () => {
  it("gives the same data", () => {
    const texts = cases.flatMap(({ fragments }) => fragments.map(([, text]) => text));
    const ruby = spawnSync("ruby", ["-e", PSYCH], { input: JSON.stringify(texts), encoding: "utf8" });
    expect(ruby.status, ruby.stderr).toBe(0);
    expect(JSON.parse(ruby.stdout)).toEqual(texts.map((text) => readYaml(text, "1.1")));
  });
});

/** As `lib/gitlab/config/loader/yaml.rb` of GitLab: safe, Symbol and !reference permitted, aliases allowed. */
const PSYCH = `
require "yaml"
require "json"
class Reference
  yaml_tag "!reference"
  def init_with(coder) = @path = coder.seq
  def to_json(*rest) = @path.to_json(*rest)
end
texts = JSON.parse($stdin.read)
puts JSON.generate(texts.map { |text| YAML.safe_load(text, permitted_classes: [Symbol, Reference], aliases: true) })
`;

/** `definitions.job_template` in the place of the root, everything that it refers to still around it. */
const JOB_ONLY = {
  type: undefined,
  properties: undefined,
  patternProperties: undefined,
  additionalProperties: undefined,
  $ref: "#/definitions/job_template",
};

const schema = gitlabSchema();
if (schema === undefined) process.stderr.write(`skipped: GitLab's schema: ${missingSchema}\n`);

describe.skipIf(schema === undefined)(
  `GitLab's own JSON schema${schema === undefined ? ` (${missingSchema})` : ""}`,
  () => {
    // The schema has formats and keywords of editors, which say nothing about validity.
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const whole = schema === undefined ? undefined : ajv.compile(schema);
    const job = schema === undefined ? undefined : ajv.compile({ ...schema, $id: "job", ...JOB_ONLY });

    it.each(cases)("accepts every fragment of $name, and each job by itself", ({ fragments }) => {
      for (const [path, text] of fragments) {
        const data = readYaml(text, "1.1");
        expectValid(whole, data, path);
        // A hidden job is anything to the schema: only as a job template it is looked at.
        for (const [name, body] of Object.entries(data))
          if (name !== "include") expectValid(job, body, `${path}: ${name}`);
      }
    });

    it("does look at jobs by themselves", () => {
      expect(job?.({ bogus: 1 })).toBe(false);
      expect(job?.({ id_tokens: { CI_JOB_JWT: { aud: 5 } } })).toBe(false);
    });
  },
);

function expectValid(validate: ValidateFunction | undefined, data: unknown, what: string): void {
  const valid = validate?.(data);
  const errors = (validate?.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  expect(valid, `${what}: ${errors.join("; ")}`).toBe(true);
}
