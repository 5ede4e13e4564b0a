import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, type SchemaOptions } from "yaml";
import { judge } from "../manifests/judge.ts";

// Manifests are given as JSON, which is YAML: so no mistake of a YAML writer in the test can hide one in the tool.

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  // What some YAML reader or shell takes for something else.
  fc.constantFrom(
    ..."yes|no|on|off|y|n|~|null|true|1|012|0x1F|1_000|1:30|1e3|.5|.inf|2024-01-01|=|<<|-|- a|a: b|a #b|#a|&a|*a|!a|%a|@a|`a".split(
      "|",
    ),
    ..." a|a |\ta|a\t|\na|a\n|a\n\n|a\n b| \n|'a'|\"a\"|a'b|a\\nb|$$|$(a)|${A}|`id`|;a|>|>-\na|[a]|{a}|a,b|\u2028|\ufeffa|\u0085|é|日本|🚀|---|...|a\r\nb|\r".split(
      "|",
    ),
    "|",
    "",
  ),
);
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const variable = fc.stringMatching(/^V_[A-Z0-9]{1,6}$/);
const ref = fc.oneof(
  fc.constantFrom("default-branch", "protected-branches", "protected-tags"),
  fc.record({ branch: fc.constantFrom("develop", "release/*", "*", "a.b+c") }),
  fc.record({ tag: fc.constantFrom("v*", "1.0"), protected: fc.boolean() }),
);
/** Blanks and dots at the ends are refused anyway: most strings have a chance in the middle. */
const path = fc.oneof(
  text,
  text.map((part) => `a${part}b`),
);

/** Shared secrets only: what two environments may share is not the question here. */
const manifest = fc
  .record({
    environments: fc.uniqueArray(fc.tuple(name, fc.uniqueArray(ref, { minLength: 1, maxLength: 3 })), {
      minLength: 1,
      maxLength: 4,
      selector: ([key]) => key,
    }),
    secrets: fc.uniqueArray(fc.tuple(variable, path, text), {
      minLength: 1,
      maxLength: 4,
      selector: ([key]) => key,
    }),
    script: fc.array(text, { minLength: 1, maxLength: 4 }),
    extra: fc.dictionary(
      fc.constantFrom("stage", "image", "tags", "on", "y", "cache"),
      fc.oneof(text, fc.array(text), fc.integer(), fc.boolean(), fc.constant(null)),
    ),
  })
  .map(({ environments, secrets, script, extra }) => ({
    version: 1,
    gitlab: { url: "https://gitlab.example.com", project: { id: 22, path: "mygroup/myproject" } },
    vault: { url: "https://vault.example.com" },
    environments: Object.fromEntries(environments.map(([key, refs]) => [key, { refs }])),
    secrets: Object.fromEntries(
      secrets.map(([key, below, field]) => [key, { path: `secret/${key}/${below}`, field }] as const),
    ),
    jobs: { work: { ...extra, script } },
  }));

const yaml11: SchemaOptions = { schema: "yaml-1.1" };
const readYaml = (source: string, options: SchemaOptions = {}): Record<string, Job> =>
  parse(source, {
    ...options,
    logLevel: "error",
    customTags: [{ tag: "!reference", collection: "seq" }],
  }) as Record<string, Job>;
interface Job {
  readonly script: readonly string[];
  readonly before_script: readonly (string | readonly string[])[];
  readonly [key: string]: unknown;
}

test("twice the same manifest gives the same bytes", () => {
  fc.assert(
    fc.property(manifest, (data) => {
      const source = JSON.stringify(data);
      expect(judge(source)).toEqual(judge(source));
    }),
  );
});

let compiledCount = 0;
test("strings of paths, fields and job bodies arrive as they are, under YAML 1.1 and 1.2", () => {
  fc.assert(
    fc.property(manifest, (data) => {
      const { compiled, diagnostics } = judge(JSON.stringify(data));
      if (compiled === undefined) {
        // Refused for a reason that has to do with the strings, not by accident.
        for (const { code, severity } of diagnostics)
          if (severity === "error")
            expect(code).toMatch(/^model\/(?:unsafe-path|secret-field|unknown-placeholder|literal-secret)$/);
        return;
      }
      compiledCount++;
      for (const environment of Object.keys(data.environments)) {
        const fragment = compiled.artifacts.find((file) =>
          file.path.endsWith(`/environments/${environment}.yml`),
        );
        const jobs = readYaml(fragment?.text ?? "");
        expect(readYaml(fragment?.text ?? "", yaml11)).toEqual(jobs);
        const { script, ...rest } = jobs[`work:${environment}`] ?? { script: [] };
        expect(script).toEqual(data.jobs.work.script);
        expect(rest).toMatchObject(without(data.jobs.work, ["script", "extends"]));
        const table = String(jobs[`.vault:${environment}`]?.before_script.at(-1));
        for (const [key, secret] of Object.entries(data.secrets)) {
          const below = secret.path.slice("secret/".length);
          const wanted = [`secret/data/${below}`, `${key}=${secret.field}`];
          expect(reads(table)).toContainEqual(wanted);
        }
      }
    }),
    { numRuns: 300 },
  );
  // Most manifests have a string that no path may hold; enough have none.
  expect(compiledCount).toBeGreaterThan(20);
});

/** Path, decoded, and each take of the `ci_vault_read` lines, as a shell would split them. */
function reads(table: string): readonly (readonly string[])[] {
  const words = [...table.matchAll(/(?:\\.|[^\s'\\]|'[^']*')+|\n/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(.)/g, "$1$2"),
  );
  const found: (readonly string[])[] = [];
  for (const [index, word] of words.entries()) {
    if (word !== "ci_vault_read") continue;
    const asked = decodeURIComponent(words[index + 2] ?? "");
    for (let at = index + 3; at < words.length && words[at] !== "\n"; at++)
      found.push([asked, words[at] ?? ""]);
  }
  return found;
}

function without(body: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));
}
