import { describe, expect, it } from "vitest";

import { cli } from "../e2e/generate.ts";
import { branch, project, tag } from "../support/gitlab/context.ts";
import { listJobs, runJob } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { missingTools } from "../support/tools.ts";
import { applyPatch, commit, has, read, repository, snapshot } from "./project.ts";

const HAND_WRITTEN = `# Our pipeline. Mind the gap.
stages:   [lint, ship]

lint:
  stage: lint
  script: [ "true" ]   # two blanks, kept

ship:
  stage: ship
  script:
    - ./ship.sh
`;

const MONOREPO = {
  ".gitlab-ci.yml": `include:
    # shared by all services
    - local: /services/api/ci.yml
    - local: '/services/web/ci.yml'
stages: [build]
`,
  "services/api/ci.yml": "build api:\n  stage: build\n  script: [make -C services/api]\n",
  "services/web/ci.yml": "build web:\n  stage: build\n  script: [make -C services/web]\n",
  ".pre-commit-config.yaml":
    "# hooks\nrepos:\n- repo: local\n  hooks:\n  - id: ours\n    name: ours\n    entry: 'true'\n    language: system\n",
  ".gitattributes": "*.png binary",
  ".gitlab/CODEOWNERS": "* @mygroup/all\n",
};

const COMPONENT = {
  ".gitlab-ci.yml": `include:
  component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/greet@$CI_COMMIT_SHA
  inputs:
    name: world

stages: [test]
`,
  "templates/greet/template.yml":
    "spec:\n  inputs:\n    name: {}\n---\ngreet:\n  stage: test\n  script: ['echo hello $[[ inputs.name ]]']\n",
  "README.md": "# greet\n",
};

const facts = [
  "--gitlab-url",
  "https://gitlab.example.com",
  "--project-path",
  "mygroup/myproject",
  "--project-id",
  "22",
  "--vault-url",
  "http://vault.example.com:8200",
];
const MAIN = predefinedVariables(branch("main", { project: project(22, "mygroup/myproject") }));
const V1 = predefinedVariables(tag("v1.0.0", { protected: true, project: project(22, "mygroup/myproject") }));
const REMOTE = "https://gitlab.example.com/mygroup/myproject.git";

const names = async (dir: string, variables: Parameters<typeof listJobs>[1]) =>
  (await listJobs(dir, variables)).map(({ name }) => name).toSorted();

/** What every project that `init` has begun must pass. */
async function expectSound(dir: string): Promise<void> {
  expect(await cli(dir, "check", "ci-vault.yml")).toMatchObject({ code: 0, stdout: "" });
  const before = snapshot(dir);
  const again = await cli(dir, "init", "--yes");
  expect(again).toMatchObject({ code: 2, stdout: "" });
  expect(again.stderr).toContain("ci-vault.yml exists");
  expect(await cli(dir, "ci-vault.yml")).toMatchObject({ code: 0 });
  expect(snapshot(dir)).toEqual(before);
}

describe("init --yes in an empty repository", () => {
  it.each([
    [
      "service",
      ["build", "test"],
      ["build", "deploy:staging", "test"],
      ["build", "deploy:production", "test"],
    ],
    ["library", ["build", "test"], ["build", "test"], ["build", "publish:release", "test"]],
    [
      "monorepo",
      ["build:api", "build:web", "test:api", "test:web"],
      ["build:api", "build:web", "deploy:api:staging", "deploy:web:staging", "test:api", "test:web"],
      ["build:api", "build:web", "deploy:api:production", "deploy:web:production", "test:api", "test:web"],
    ],
    ["component", ["component"], ["component", "integrate:test"], ["component"]],
  ])(
    "%s: passes gitlab-ci-local and check; a second run changes nothing",
    async (template, closed, main, v1) => {
      const remote = { remote: REMOTE };
      const dir = await repository({}, remote);
      const first = await cli(dir, "init", "--yes", "--template", template);
      expect(first).toMatchObject({ code: 0, stdout: "" });
      expect(first.stderr).toContain("PLACEHOLDERS in ci-vault.yml");
      await commit(dir);
      // With a placeholder for the id no job with secrets can run at all.
      expect(await names(dir, MAIN)).toEqual(closed);
      await expectSound(dir);

      const whole = await repository({}, remote);
      expect(await cli(whole, "init", "--yes", "--template", template, ...facts)).toMatchObject({
        code: 0,
        stdout: "",
      });
      await commit(whole);
      expect(await names(whole, MAIN)).toEqual(main);
      expect(await names(whole, V1)).toEqual(v1);
      await expectSound(whole);
    },
  );

  it("marks each placeholder where it stands and in the last words", async () => {
    const dir = await repository();
    const { stderr } = await cli(dir, "init", "--yes");
    const manifest = read(dir, "ci-vault.yml");
    expect(manifest.match(/# REPLACE/g)).toHaveLength(4);
    for (const key of ["gitlab.url", "gitlab.project.id", "gitlab.project.path", "vault.url"])
      expect(stderr).toContain(key);
    expect(stderr).toMatch(/no job can log in until it is replaced/);
    // The branch is known from the repository.
    expect(stderr).not.toContain("gitlab.default_branch");
    expect(read(dir, "ci-vault/vault/roles/mygroup--shop--staging.json")).toContain('"9007199254740991"');
  });

  it("ends with a table of who can read what", async () => {
    const { stderr } = await cli(await repository(), "init", "--yes", ...facts);
    expect(stderr).toMatch(/^context +staging +production$/m);
    expect(stderr).toMatch(/^default-branch@staging +yes +mygroup--myproject--staging +no/m);
    expect(stderr).toMatch(/^protected-tag@production +no .* yes +mygroup--myproject--production$/m);
    expect(stderr).toMatch(/^\d+ other kinds of jobs can read nothing: ci-vault-gen matrix ci-vault.yml$/m);
  });

  it("also without a repository, and in a folder that does not exist yet", async () => {
    const dir = await repository();
    const outside = `${dir}/../new/shop`;
    const result = await cli(`${dir}/..`, "init", "new/shop", "--yes");
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toContain("new/shop/ci-vault.yml");
    expect(has(outside, "ci-vault/gitlab/main.yml")).toBe(true);
  });

  it.skipIf(missingTools("bash", "rsync", "tar").length > 0)("its jobs run", async () => {
    const dir = await repository({}, { remote: REMOTE });
    await cli(dir, "init", "--yes", ...facts);
    await commit(dir);
    for (const job of ["build", "test"]) expect(await runJob(dir, job, MAIN)).toMatchObject({ code: 0 });
    const without = await runJob(dir, "deploy:staging", { ...MAIN, CI_JOB_JWT: null });
    expect(without.code).not.toBe(0);
    expect(without.output).toMatch(/CI_JOB_JWT/);
  });
});

describe("init --yes in an existing repository", () => {
  it.each([
    ["a hand-written pipeline", { ".gitlab-ci.yml": HAND_WRITTEN }, ["lint", "ship"]],
    ["a monorepo", MONOREPO, ["build api", "build web"]],
    ["a component project", COMPONENT, ["greet"]],
  ])(
    "%s: nothing is overwritten; with the patch it passes gitlab-ci-local and check",
    async (_, files, jobs) => {
      const dir = await repository(files, { remote: REMOTE });
      const before = snapshot(dir);
      const result = await cli(dir, "init", "--yes", ...facts);
      expect(result.code, result.stderr).toBe(0);
      expect(snapshot(dir)).toMatchObject(before);
      expect(result.stdout).toContain("+++ b/.gitlab-ci.yml");
      expect(result.stderr).toContain("git apply");
      expect(has(dir, "ci/build.sh")).toBe(false);

      applyPatch(dir, result.stdout);
      await commit(dir);
      expect(await names(dir, MAIN)).toEqual(jobs);
      expect(read(dir, ".gitlab-ci.yml")).toContain("- local: /ci-vault/gitlab/main.yml\n");
      await expectSound(dir);
    },
  );

  it("the patch of a monorepo adds to each file and takes nothing away", async () => {
    const dir = await repository(MONOREPO, { remote: REMOTE });
    const { stdout } = await cli(dir, "init", "--yes", ...facts);
    expect(stdout.split("\n").filter((line) => /^-(?!--)/.test(line))).toEqual(["-*.png binary"]);
    applyPatch(dir, stdout);
    expect(read(dir, ".gitlab-ci.yml")).toContain(
      "    # shared by all services\n    - local: /ci-vault/gitlab/main.yml\n    - local: /services/api/ci.yml\n",
    );
    expect(read(dir, ".gitlab/CODEOWNERS")).toBe(
      "* @mygroup/all\n\n[Secrets]\n# Whoever changes these changes who may read secrets.\n/ci-vault.yml @mygroup\n/ci-vault/ @mygroup\n",
    );
    expect(read(dir, ".pre-commit-config.yaml")).toMatch(
      /^# hooks\nrepos:\n- repo: local\n  hooks:\n    - id: ci-vault-gen-check\n/,
    );
    expect(read(dir, ".gitattributes")).toMatch(/^\*\.png binary\n\n# Generated/);
    expect(has(dir, "CODEOWNERS")).toBe(false);
    expect(
      Object.keys(snapshot(dir)).filter((path) => path.startsWith("ci-vault/vault/roles/")),
    ).toHaveLength(4);
  });

  it("a job of the user's own pipeline reads with `extends`", async () => {
    const dir = await repository(
      { ".gitlab-ci.yml": `${HAND_WRITTEN}  extends: .vault:production\n` },
      { remote: REMOTE },
    );
    applyPatch(dir, (await cli(dir, "init", "--yes", ...facts)).stdout);
    await commit(dir);
    expect(await names(dir, MAIN)).toEqual(["lint"]);
    expect(await names(dir, V1)).toEqual(["lint", "ship"]);
  });

  it("what it cannot mend it says, and leaves", async () => {
    const flow = "include: { local: ci.yml }\n";
    const dir = await repository({ ".gitlab-ci.yml": flow, "ci.yml": "a: { script: ['true'] }\n" });
    const result = await cli(dir, "init", "--yes");
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toContain(
      "left as it is: .gitlab-ci.yml; add by hand:\n  include:\n    - local: /ci-vault/gitlab/main.yml\n",
    );
    expect(read(dir, ".gitlab-ci.yml")).toBe(flow);
  });
});
