import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv, type ValidateFunction } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { generateInMemory } from "../artifacts/generate.ts";
import { gitlabSchema, missingSchema, readYaml } from "../artifacts/gitlab-yaml.ts";
import { OTHER_TARGETS } from "../artifacts/manifests.ts";
import { addressed, cli, example, generated } from "../e2e/generate.ts";
import { cannotRunLocally, expectSilent, proof, runGenerated, runLocally } from "../e2e/job.ts";
import { SEVERAL } from "../e2e/several.ts";
import { runSetup } from "../e2e/vault.ts";
import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, mergeRequest, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { makeProject } from "../support/gitlab/project.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { interpolate } from "./interpolate.ts";
import { expandedProject } from "./project.ts";

const TEMPLATE = "component/templates/vault/template.yml";
const withComponent = (manifest: string) => `${manifest}outputs: { targets: [gitlab, vault, component] }\n`;
const MANIFESTS = [
  ["the first example", withComponent(example("myproject"))],
  ["several roles", withComponent(SEVERAL)],
  ["odd texts", OTHER_TARGETS.replace("openbao, docs]", "component]")],
] as const;

/** The component project as its own repository. */
async function componentProject(manifest: string): Promise<string> {
  const { files } = await generateInMemory(manifest);
  const own = [...files].filter(([path]) => path.startsWith("component/"));
  return makeProject(Object.fromEntries(own.map(([path, text]) => [path.slice("component/".length), text])));
}

const schema = gitlabSchema();
if (schema === undefined) process.stderr.write(`skipped: GitLab's schema: ${missingSchema}\n`);
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const whole = schema && ajv.compile(schema);
const root = {
  type: undefined,
  properties: undefined,
  patternProperties: undefined,
  additionalProperties: undefined,
};
const job = schema && ajv.compile({ ...schema, ...root, $id: "job", $ref: "#/definitions/job_template" });

describe.each(MANIFESTS)("the component of %s", (_, manifest) => {
  it("is a header and the environments' hidden jobs, the same as the fragments' but for what inputs decide", async () => {
    const { files, plan } = await generateInMemory(manifest);
    const text = files.get(TEMPLATE) ?? "";
    const parts = text.split(/^---\s+/m);
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(readYaml(part, "1.1")).toEqual(readYaml(part, "1.2"));
    const jobs = interpolate(text) as Record<string, Record<string, unknown>>;
    const hidden = plan.environments.map(({ name }) => `.vault:${name}`);
    expect(Object.keys(jobs)).toEqual([".vault-reader", ...hidden]);
    for (const [index, { name }] of plan.environments.entries()) {
      const fragment = readYaml(files.get(`gitlab/environments/${name}.yml`) ?? "", "1.1");
      const {
        stage,
        image,
        before_script: [reader, script] = [],
        ...rest
      } = jobs[hidden[index] ?? ""] as {
        before_script?: readonly string[];
      } & Record<string, unknown>;
      const { before_script: [, ours] = [], ...theirs } = fragment[`.vault:${name}`] as {
        before_script?: readonly string[];
      };
      expect([stage, image]).toEqual(["test", "curlimages/curl:8.11.1"]);
      expect(reader).toBe(
        (readYaml(files.get("gitlab/reader.yml") ?? "", "1.1")[".vault-reader"] as { script: string[] })
          .script[0],
      );
      expect(script).toBe(ours);
      expect(rest).toEqual(theirs);
    }
  });

  it("holds the reader's text once", async () => {
    const { files } = await generateInMemory(manifest);
    expect((files.get(TEMPLATE) ?? "").split("ci_vault_end() {")).toHaveLength(2);
  });

  it.skipIf(schema === undefined)("is valid by GitLab's schema, and its pipeline too", async () => {
    const { files } = await generateInMemory(manifest);
    const text = files.get(TEMPLATE) ?? "";
    expectValid(whole, readYaml(text.split(/^---\s+/m)[0] ?? "", "1.1"), "spec");
    for (const [name, body] of Object.entries(interpolate(text, { job_prefix: "a:", stage: ".pre" })))
      expectValid(job, body, name);
    expectValid(whole, readYaml(files.get("component/.gitlab-ci.yml") ?? "", "1.1"), ".gitlab-ci.yml");
  });
});

function expectValid(validate: ValidateFunction | undefined, data: unknown, what: string): void {
  const valid = validate?.(data);
  const errors = (validate?.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  expect(valid, `${what}: ${errors.join("; ")}`).toBe(true);
}

describe("the component project's own pipeline, in gitlab-ci-local", () => {
  it.each([
    ["main", branch("main"), ["component"]],
    ["a merge request", mergeRequest("feature"), ["component"]],
    ["a protected version tag", tag("1.0.0", { protected: true }), ["component", "release"]],
    ["an unprotected version tag", tag("1.0.0"), ["component"]],
    ["another protected tag", tag("v1", { protected: true }), ["component"]],
  ] as const)("has the right jobs on %s", async (_where, where, names) => {
    const jobs = await listJobs(
      await componentProject(withComponent(example("myproject"))),
      predefinedVariables(where),
    );
    expect(jobs.map(({ name }) => name)).toEqual(names);
  });

  it.skipIf(cannotRunLocally)("passes its own test", async () => {
    const run = await runLocally(
      await componentProject(withComponent(example("myproject"))),
      "component",
      predefinedVariables(branch("main")),
    );
    expect(run.code, run.output).toBe(0);
    expect(run.output).toContain("ci_vault_end");
  });
});

it("--target component adds it for one run; what surrounds the template is written once", async () => {
  const dir = await generated(example("myproject"));
  const readme = join(dir, "ci-vault/component/README.md");
  expect((await cli(dir, "manifest.yml", "--target", "component")).code).toBe(0);
  writeFileSync(readme, "# Ours\n");
  expect((await cli(dir, "manifest.yml", "--target", "component")).code).toBe(0);
  expect(readFileSync(readme, "utf8")).toBe("# Ours\n");
  expect((await cli(dir, "check", "manifest.yml", "--target", "component")).code).toBe(0);
  const template = join(dir, "ci-vault", TEMPLATE);
  writeFileSync(
    template,
    readFileSync(template, "utf8").replace("ref_protected", "x").replace("protected", "x"),
  );
  expect((await cli(dir, "check", "manifest.yml", "--target", "component")).code).toBe(1);
});

/** Another repository that includes the component twice. */
const CONSUMER = `
include:
  - { local: /templates/vault/template.yml, inputs: { job_prefix: "a:" } }
  - { local: /templates/vault/template.yml, inputs: { job_prefix: "b:", stage: deploy, image: "alpine:3.22.1" } }
staging: { extends: ".a:vault:staging", script: /bin/sh ./deploy.sh }
production: { extends: ".b:vault:production", script: /bin/sh ./deploy.sh }
`;

describeWithServer("the component of an organisation, on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    const manifest = withComponent(addressed(example("myproject"), issuer.url, server().addr));
    for (const name of ["staging", "production"])
      await putV2(server().api, "secret", `myproject/${name}/db`, { password: `canary of ${name}` });
    const source = await generated(manifest);
    const setup = await runSetup(source, server(), "curl");
    expect(setup.code, setup.output).toBe(0);
    const template = readFileSync(join(source, "ci-vault", TEMPLATE), "utf8");
    ({ dir } = await expandedProject(CONSUMER, {
      "templates/vault/template.yml": template,
      "deploy.sh": proof(["DB_PASSWORD"]),
    }));
  });
  afterAll(() => issuer.stop());

  const mint = (where: Context) =>
    issuer.mint(idTokenClaims({ ...where, issuer: issuer.url, audience: server().addr }));

  describe.each(shells().filter(({ name }) => /^(?:dash|busybox ash)$/.test(name)))("in $name", (shell) => {
    it.each([
      ["staging", branch("main"), branch("feature")],
      ["production", tag("v1.0.0", { protected: true }), branch("main")],
    ] as const)("%s is read from where it may be, and denied elsewhere", async (name, allowed, denied) => {
      const good = await runGenerated(dir, name, shell, { CI_JOB_JWT: mint(allowed) });
      expect(good.code, good.output).toBe(0);
      expect(good.got("DB_PASSWORD")).toBe(`canary of ${name}`);
      expectSilent(good, ["canary of"]);
      const bad = await runGenerated(dir, name, shell, { CI_JOB_JWT: mint(denied) });
      expect(bad.code, bad.output).toBe(1);
      expect(bad.stderr).toContain("HTTP 400 error validating claims");
      expect(bad.got("DB_PASSWORD")).toBeUndefined();
    });
  });
});
