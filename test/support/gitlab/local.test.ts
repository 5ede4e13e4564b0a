import { describe, expect, it } from "vitest";

import { missingTools } from "../tools.ts";
import { branch, mergeRequest, project, tag, type Context } from "./context.ts";
import { listJobs, runJob } from "./local.ts";
import { predefinedVariables } from "./predefined.ts";
import { makeProject } from "./project.ts";

const ci = `
.env: &env
  image: alpine:3
on-default:
  <<: *env
  rules: [{ if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }]
  script: ['echo here', 'echo "$GREETING" >&2', 'printf "%s\\n" "$PASSWORD" "$CI_PROJECT_ID" "$(cat "$CA")"', 'cat; echo end']
on-protected-tag:
  rules: [{ if: '$CI_COMMIT_TAG =~ /^v/ && $CI_COMMIT_REF_PROTECTED == "true"' }]
  script: ['false', 'echo never']
on-any-branch:
  rules: [{ if: '$CI_COMMIT_BRANCH != null' }]
  script: ['true']
on-own-request:
  rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID' }]
  script: ['true']
`;

describe("jobs by context", async () => {
  const dir = await makeProject({ ".gitlab-ci.yml": ci });
  const fork = { fromFork: project(99, "mallory/myproject", 98) };
  const contexts: readonly (readonly [string, Context, readonly string[]])[] = [
    ["default branch", branch("main"), ["on-default", "on-any-branch"]],
    ["other branch", branch("feature"), ["on-any-branch"]],
    ["branch named like a tag", branch("v1.0.0"), ["on-any-branch"]],
    ["protected tag", tag("v1.0.0", { protected: true }), ["on-protected-tag"]],
    ["unprotected tag", tag("v1.0.0"), []],
    ["tag named like the branch", tag("main", { protected: true }), []],
    ["merge request", mergeRequest("feature"), ["on-own-request"]],
    ["fork's merge request", mergeRequest("main", fork), []],
  ];
  it.each(contexts)("%s", async (_, context, names) => {
    const jobs = await listJobs(dir, predefinedVariables(context));
    expect(jobs.map((job) => job.name)).toEqual(names);
  });
});

describe.skipIf(missingTools("rsync", "bash").length > 0)("a job that runs", () => {
  it("gets its variables as written, with stdin closed, and prints what it prints", async () => {
    const dir = await makeProject({ ".gitlab-ci.yml": ci });
    const run = await runJob(dir, "on-default", {
      ...predefinedVariables(branch("main")),
      PASSWORD: "/pa$$w0rd $HOME '\" é",
      GREETING: "hello",
      CA: { file: "certificate" },
    });
    expect(run.code, run.output).toBe(0);
    expect(run.printed.split("\n").toSorted()).toEqual(
      ["here", "hello", "/pa$$w0rd $HOME '\" é", "22", "certificate", "end"].toSorted(),
    );
  });

  it("fails when a line of the script fails", async () => {
    const dir = await makeProject({ ".gitlab-ci.yml": ci });
    const run = await runJob(dir, "on-protected-tag", predefinedVariables(tag("v1", { protected: true })));
    expect(run.code).toBe(1);
    expect(run.printed).toBe("");
  });
});

describe("a refused configuration", () => {
  it("is reported in the runner's words", async () => {
    const dir = await makeProject({ ".gitlab-ci.yml": "job: {}\n" });
    await expect(listJobs(dir, {})).rejects.toThrow(/script/);
  });
});
