import { describe, expect, it } from "vitest";

import { branch, mergeRequest, project, tag } from "../support/gitlab/context.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { resolvePipeline } from "../e2e/pipeline.ts";
import { COMPONENTS, readText } from "./catalog.ts";
import { componentProject, expandedProject, here } from "./project.ts";

const exampleOf = (name: string) => here(readText(`catalog/${name}/example.yml`));

const PLACES = {
  main: branch("main"),
  feature: branch("feature"),
  "protected tag": tag("v1.0.0", { protected: true }),
  tag: tag("v1.0.0"),
  "merge request": mergeRequest("feature"),
  fork: mergeRequest("feature", { fromFork: project(99, "mallory/myproject", 98) }),
} as const;

/** Which jobs a pipeline has that includes all the examples, by GitLab's own words for `rules`. */
const EXPECTED: Readonly<Record<keyof typeof PLACES, readonly string[]>> = {
  main: ["deploy-staging", "production-vault-doctor", "staging-vault-doctor"],
  feature: ["production-vault-doctor", "staging-vault-doctor"],
  "protected tag": ["deploy-production", "production-vault-doctor", "staging-vault-doctor"],
  tag: ["production-vault-doctor", "staging-vault-doctor"],
  "merge request": ["vault-check"],
  fork: ["vault-check"],
};

describe("the examples, expanded by gitlab-ci-local", () => {
  const files = Object.fromEntries(COMPONENTS.map((name) => [`${name}.yml`, exampleOf(name)]));
  const pipeline = `include: [${COMPONENTS.map((name) => `{ local: /${name}.yml }`).join(", ")}]\n`;

  it.each(Object.keys(PLACES) as (keyof typeof PLACES)[])("have the right jobs on: %s", async (place) => {
    const dir = await componentProject(pipeline, files);
    const jobs = await listJobs(dir, predefinedVariables(PLACES[place]));
    expect(jobs.map(({ name }) => name).toSorted()).toEqual(EXPECTED[place]);
    for (const { name, stage, when, allow_failure } of jobs) {
      expect(stage).toBe("test");
      // A manual job that must not fail would hold the pipeline back.
      if (name.endsWith("doctor")) expect([when, allow_failure]).toEqual(["manual", true]);
    }
  });
});

describe.each(COMPONENTS)("the example of %s, expanded by our own interpolation", (name) => {
  it("has jobs, and none twice", async () => {
    const { dir, parts } = await expandedProject(exampleOf(name));
    expect([...resolvePipeline(dir).keys()]).not.toHaveLength(0);
    const names = parts.flatMap((part) => Object.keys(part));
    expect(new Set(names).size).toBe(names.length);
  });
});
