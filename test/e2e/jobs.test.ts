import { beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, mergeRequest, project, tag, type Context } from "../support/gitlab/context.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { example, generated } from "./generate.ts";
import { admitting, planOf, type PlanJson } from "./plan.ts";
import { SEVERAL } from "./several.ts";

const fork = { fromFork: project(99, "mallory/myproject", 98) };
const storefront = { project: project(22, "mygroup/storefront"), defaultBranch: "master" };
const stranger = { project: project(24, "mygroup/stranger") };

type Case = readonly [string, Context, readonly string[]];

const myproject: readonly Case[] = [
  ["the default branch", branch("main"), ["read_secrets:staging"]],
  ["another branch", branch("feature"), []],
  ["a branch named like a tag", branch("v1.0.0", { protected: true }), []],
  ["a protected tag", tag("v1.0.0", { protected: true }), ["read_secrets:production"]],
  ["an unprotected tag", tag("v1.0.0"), []],
  ["a merge request", mergeRequest("feature"), []],
  ["a fork's merge request", mergeRequest("main", fork), []],
  ["a child pipeline", branch("main", { source: "parent_pipeline" }), []],
  ["another project", branch("main", stranger), []],
];

const autoDeploy: readonly Case[] = [
  ["the default branch", branch("master", { ...storefront, protected: true }), ["migrate:staging"]],
  ["another branch", branch("main", storefront), []],
  [
    "a protected auto-deploy branch",
    branch("auto-deploy-1", { ...storefront, protected: true }),
    ["migrate:production", "deploy:production"],
  ],
  ["an unprotected auto-deploy branch", branch("auto-deploy-1", storefront), []],
  ["a protected tag", tag("auto-deploy-1", { ...storefront, protected: true }), []],
  ["an unprotected tag", tag("auto-deploy-1", storefront), []],
  ["a merge request", mergeRequest("auto-deploy-1", {}, { ...storefront, protected: true }), []],
  ["a fork's merge request", mergeRequest("master", fork, storefront), []],
  ["project 24", branch("master", { ...stranger, defaultBranch: "master" }), []],
];

const both = ["read_secrets:release", "read_secrets:review"];
const several: readonly Case[] = [
  ["the default branch", branch("main"), both],
  ["another branch", branch("v1", { protected: true }), []],
  ["a protected tag", tag("v1.0.0", { protected: true }), both],
  ["an unprotected tag", tag("v1.0.0"), []],
  ["a protected tag named main", tag("main", { protected: true }), []],
  ["a merge request", mergeRequest("feature"), ["read_secrets:review"]],
  ["a fork's merge request", mergeRequest("feature", fork), []],
];

describe.each([
  { name: "examples/myproject", manifest: example("myproject"), cases: myproject },
  { name: "examples/auto-deploy", manifest: example("auto-deploy"), cases: autoDeploy },
  { name: "several roles", manifest: SEVERAL, cases: several },
])("jobs of $name", ({ manifest, cases }) => {
  let dir: string;
  let plan: PlanJson;
  beforeAll(async () => {
    dir = await generated(manifest, {
      ".gitlab-ci.yml": "include: [{ local: /ci-vault/gitlab/main.yml }]\nstages: [test, deploy]\n",
    });
    plan = await planOf(dir);
  });

  it.each(cases)("on %s", async (_, context, expected) => {
    const listed = await listJobs(dir, predefinedVariables(context));
    // By another implementation of GitLab's rules, the jobs that this page expects.
    expect(listed.map(({ name }) => name).toSorted()).toEqual([...expected].toSorted());
    // And by the plan: a job exists exactly where a role of its environment admits the job's token.
    expect(listed.map(({ name }) => name).toSorted()).toEqual(planned(plan, context).toSorted());
    // Each listed job carries the plan's rules and no other.
    for (const { name, rules } of listed) {
      const environment = plan.environments.find(({ jobs }) => jobs.some((job) => job.name === name));
      expect((rules as { if: string }[]).map((rule) => rule.if)).toEqual(
        environment?.roles.flatMap((role) => role.rules_if),
      );
    }
  });
});

function planned(plan: PlanJson, context: Context): readonly string[] {
  return plan.environments.flatMap((environment) => {
    const name = environment.gitlab_environment;
    const entered = name === null ? {} : { environment: { name, tier: "production" as const } };
    const roles = admitting(environment.roles, idTokenClaims({ ...context, ...entered }));
    return roles.length === 0 ? [] : environment.jobs.filter(({ hidden }) => !hidden).map((job) => job.name);
  });
}
