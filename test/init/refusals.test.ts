import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { cli } from "../e2e/generate.ts";
import { git } from "../support/gitlab/project.ts";
import { commit, has, read, repository, snapshot } from "./project.ts";

const GIVEN = ["--gitlab-url", "https://gitlab.example.com", "--project-path", "g/p", "--project-id", "22", "--vault-url", "https://vault.example.com"];

/** The manifest that a command line gives, as data. */
async function manifestOf(dir: string, ...words: readonly string[]): Promise<any> {
  const result = await cli(dir, "init", ...words);
  expect(result.code, result.stderr).toBe(0);
  return parse(read(dir, "ci-vault.yml"));
}

describe("flags", () => {
  it("without a terminal and without --yes: a usage error that names the flags that lack, and nothing written", async () => {
    const dir = await repository();
    expect(await cli(dir, "init")).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "init: there is no terminal to ask on: pass --gitlab-url, --project-path, --project-id, --vault-url\n      or --yes to begin with placeholders\n",
    });
    const some = await cli(dir, "init", "--gitlab-url", "https://gitlab.example.com", "--project-id", "22");
    expect(some.stderr).toContain("pass --project-path, --vault-url\n");
    expect(snapshot(dir)).toEqual({});
  });

  it("with all answers given nothing has to be said to", async () => {
    const { stderr } = await cli(await repository(), "init", ...GIVEN);
    expect(stderr).not.toContain("PLACEHOLDERS");
  });

  it("each goes where it belongs", async () => {
    const dir = await repository({ ".gitlab/CODEOWNERS": "" });
    const manifest = await manifestOf(
      dir,
      ...GIVEN,
      ...["--default-branch", "trunk", "--owners", "@g/sec @alice", "--mounts", "secret=kv-v2,kv=kv-v1"],
      ...["--environments", "dev=default-branch+merge-requests,live=protected-tag:v*+branch:release/*"],
      ...["--secrets", "A=secret/x/{environment}/a#b", "B=kv/y#c"],
    );
    expect(manifest).toMatchObject({
      version: 1,
      gitlab: { url: "https://gitlab.example.com", project: { id: 22, path: "g/p" }, default_branch: "trunk" },
      vault: { url: "https://vault.example.com", mounts: { secret: "kv-v2", kv: "kv-v1" } },
      environments: {
        dev: { refs: ["default-branch", "merge-requests"], gitlab_environment: { name: "dev", action: "start" } },
        live: { refs: [{ tag: "v*", protected: true }, { branch: "release/*" }] },
      },
      secrets: { A: "secret/x/{environment}/a#b", B: "kv/y#c" },
    });
  });

  it.each([
    ["--project-id", "0", /project id is the number/],
    ["--project-id", "22 }", /project id is the number/],
    ["--project-id", "mygroup/p", /project id is the number/],
    ["--environments", "staging", /NAME=REF/],
    ["--environments", "staging=main", /staging has a ref that is none/],
    ["--environments", "a=protected-tags,a=default-branch", /environment a is there twice/],
    ["--secrets", "hunter2", /NAME=mount\/path#field/],
    ["--secrets", "DB_PASSWORD=hunter2", /never with its value/],
    ["--mounts", "secret", /MOUNT=ENGINE/],
    ["--services", "../x", /folders of the repository/],
    ["--services", "a/x,b/x", /same name/],
    ["--owners", "@a\n/ @evil", /--owners/],
  ])("%s %j is refused with what is wrong, and nothing is written", async (flag, value, complaint) => {
    const dir = await repository();
    const result = await cli(dir, "init", "--yes", "--template", "monorepo", flag, value);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toMatch(complaint);
    expect(result.stderr).not.toContain("hunter2");
    expect(snapshot(dir)).toEqual({});
  });

  it.each([
    ["an address with a password", ["--vault-url", "https://alice:hunter2@vault.example.com"], "model/bad-url"],
    ["a path that is none", ["--project-path", "a b"], "model/bad-name"],
    ["an environment with a name that no role can have", ["--environments", "review/*=default-branch"], "model/bad-name"],
    ["an unknown mount", ["--secrets", "A=kv/x#y"], "model/unknown-mount"],
    ["a token where a reference belongs", ["--secrets", "A=glpat-aBcDeFgHiJkLmNoPqRsT/x#y"], "model/literal-secret"],
    ["text that would leave its line", ["--gitlab-url", "https://x\nversion: 2"], "model/bad-url"],
    ["a default branch that is a pattern", ["--default-branch", "*"], "model/bad-pattern"],
  ])("%s is refused as in a manifest, and nothing is written", async (_, words, code) => {
    const dir = await repository();
    const result = await cli(dir, "init", "--yes", ...words);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`error[${code}]`);
    expect(result.stderr).toContain("nothing was written");
    expect(result.stderr).not.toMatch(/hunter2|glpat-a/);
    expect(snapshot(dir)).toEqual({});
  });
});

describe("never overwrites", () => {
  it("any file, whichever stands there", async () => {
    const paths = ["ci/build.sh", "docs/secrets.md", "CODEOWNERS", ".gitattributes", ".pre-commit-config.yaml", "ci-vault.schema.json"];
    const dir = await repository(Object.fromEntries(paths.map((path) => [path, "# mine\n"])));
    const before = snapshot(dir);
    expect(await cli(dir, "init", "--yes")).toMatchObject({ code: 0 });
    expect(snapshot(dir)).toMatchObject(before);
  });

  it("refuses when a file stands where the generator would write, before anything is written", async () => {
    const dir = await repository({ "ci-vault/gitlab/main.yml": "mine: {}\n" });
    const before = snapshot(dir);
    const result = await cli(dir, "init", "--yes");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("disk/foreign-file");
    expect(snapshot(dir)).toEqual(before);
  });

  it("follows no link, neither to write nor as a manifest that seems absent", async () => {
    const dir = await repository();
    const elsewhere = join(dir, "../elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(dir, "docs"));
    const result = await cli(dir, "init", "--yes");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("disk/outside-root");
    expect(has(elsewhere, "secrets.md")).toBe(false);
    expect(has(dir, "ci-vault.yml")).toBe(false);

    const linked = await repository();
    symlinkSync("nowhere.yml", join(linked, "ci-vault.yml"));
    expect(await cli(linked, "init", "--yes")).toMatchObject({ code: 2 });
    expect(has(linked, ".gitlab-ci.yml")).toBe(false);
  });

  it("prunes nothing where a ledger lies at the root", async () => {
    const dir = await repository({ "other.yml": "mine\n", ".ci-vault-gen.json": '{"version":1,"files":{}}\n' });
    writeFileSync(join(dir, ".ci-vault-gen.json"), `{"version":1,"files":{"other.yml":"${"0".repeat(64)}"}}\n`);
    const before = snapshot(dir);
    expect(await cli(dir, "init", "--yes")).toMatchObject({ code: 0 });
    expect(snapshot(dir)).toMatchObject(before);
  });

  it("belongs at the root of the repository", async () => {
    const dir = await repository({ "services/api/x": "" });
    const result = await cli(join(dir, "services/api"), "init", "--yes");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("run it there: ci-vault-gen init ../..\n");
  });

  it("goes on where it was interrupted: the manifest is written last", async () => {
    const whole = createMemoryHost({ "/repo/.git/HEAD": "ref: refs/heads/main\n" }, { assets: { "schema.json": "{}" } });
    expect(await run(["init", "--yes"], whole)).toBe(0);
    const scaffolds = whole.written.filter((path) => !path.startsWith("/repo/ci-vault/"));
    expect(scaffolds.at(-1)).toBe("/repo/ci-vault.yml");
    const half = createMemoryHost(
      Object.fromEntries([...whole.files].filter(([path]) => scaffolds.slice(0, 4).includes(path) || path.includes(".git/"))),
      { assets: { "schema.json": "{}" } },
    );
    expect(await run(["init", "--yes"], half)).toBe(0);
    // The pipeline of the first attempt now counts as written by somebody; it already has the include.
    expect(half.stdout()).toBe("");
  });
});

describe("--from-git", () => {
  it("takes address, path and default branch; the password of a remote goes nowhere", async () => {
    const dir = await repository({ "a": "" }, { remote: "https://mallory77:hunter2@gitlab.example.com:8443/team/app/shop.git", branch: "work" });
    await git(dir, ["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    await git(dir, ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    const result = await cli(dir, "init", "--from-git", "--project-id", "7", "--vault-url", "https://vault.example.com");
    expect(result.code, result.stderr).toBe(0);
    expect(parse(read(dir, "ci-vault.yml")).gitlab).toEqual({
      url: "https://gitlab.example.com:8443",
      project: { id: 7, path: "team/app/shop" },
      default_branch: "trunk",
    });
    expect(JSON.stringify(snapshot(dir)) + result.stdout + result.stderr).not.toMatch(/hunter2|mallory77/);
  });

  it("in a linked working tree", async () => {
    const dir = await repository({ a: "" }, { remote: "git@gitlab.example.com:g/p.git" });
    await git(dir, ["worktree", "add", "--quiet", "../tree"]);
    const manifest = await manifestOf(join(dir, "../tree"), "--yes", "--from-git");
    expect(manifest.gitlab).toMatchObject({ project: { path: "g/p" }, default_branch: "main" });
  });

  it.each([
    ["main", ["feature"], "main"],
    ["feature", ["master"], "master"],
    ["trunk", [], "trunk"],
  ])("default branch: on %s, beside %j, without a word of the remote", async (current, others, expected) => {
    const dir = await repository({ a: "" }, { branch: current, remote: "git@gitlab.example.com:g/p.git" });
    for (const name of others) await git(dir, ["branch", name]);
    if (others.length > 0) await git(dir, ["pack-refs", "--all"]);
    expect((await manifestOf(dir, "--yes")).gitlab.default_branch).toBe(expected);
  });

  it.each([
    ["two branches, neither of the usual names", "feature", ["trunk"]],
    ["main and master", "main", ["master"]],
  ])("default branch: %s: a guess that says so", async (_, current, others) => {
    const dir = await repository({ a: "" }, { branch: current });
    for (const name of others) await git(dir, ["branch", name]);
    const { stderr } = await cli(dir, "init", "--yes");
    expect(stderr).toMatch(/gitlab\.default_branch +main +\(a guess: check it\)/);
    expect(read(dir, "ci-vault.yml")).toMatch(/# CHECK: `default-branch` below means this one\.\n {2}default_branch: main/);
  });

  it.each([
    ["no repository", undefined, "there is no Git repository"],
    ["no remote", "", "there is no remote"],
    ["a remote elsewhere", "https://alice:hunter2@github.com/g/p.git", "no remote names a project of a GitLab"],
    ["a remote that is a folder", "/srv/hunter2/p.git", "no remote names a project of a GitLab"],
  ])("%s: says so without the address", async (_, remote, complaint) => {
    const dir = await repository({}, remote === undefined || remote === "" ? {} : { remote });
    const at = remote === undefined ? join(dir, "..") : dir;
    const result = await cli(at, "init", "--yes", "--from-git");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(complaint);
    expect(result.stderr).not.toMatch(/hunter2|alice|srv/);
  });

  it("a configuration that nobody would write, and one that is a link, do no harm", async () => {
    const files = {
      "/repo/.git/HEAD": "ref: refs/heads/.invalid\n",
      "/repo/.git/config":
        '[core]\n\turl = https://gitlab.example.com/not/this\n[remote "a\\"b"]\n url = "https://gitlab.example.com/g/p.git" ; note\n\turl=https://gitlab.example.com/not/that\n[remote\n[remote "',
    };
    const host = createMemoryHost(files, { assets: { "schema.json": "{}" } });
    expect(await run(["init", "--yes", "--from-git"], host)).toBe(0);
    expect(parse(String(host.files.get("/repo/ci-vault.yml"))).gitlab.project.path).toBe("g/p");
    const dir = await repository();
    await commit(dir);
    await git(dir, ["remote", "add", "one", "git@gitlab.example.com:g/one.git"]);
    await git(dir, ["remote", "add", "two", "git@gitlab.example.com:g/two.git"]);
    const several = await cli(dir, "init", "--yes", "--from-git");
    expect(several.stderr).toContain('remotes: "one", "two"');
  });
});

describe("questions", () => {
  const ask = async (answers: readonly string[], ...words: readonly string[]) => {
    const files = { "/repo/.git/HEAD": "ref: refs/heads/main\n" };
    const host = createMemoryHost(files, { assets: { "schema.json": "{}" }, answers });
    return { host, code: await run(["init", ...words], host) };
  };

  it("asks what no flag says, and begins each question with what is known", async () => {
    const answers = ["library", "https://gitlab.example.com", "g/p", "22", "main", "https://vault.example.com"];
    const { host, code } = await ask(answers);
    expect(code, host.stderr()).toBe(0);
    expect(parse(String(host.files.get("/repo/ci-vault.yml")))).toMatchObject({
      gitlab: { project: { id: 22, path: "g/p" } },
      environments: { release: { refs: ["protected-tags"] } },
      secrets: { PUBLISH_TOKEN: "secret/p/{environment}/registry#token" },
    });
  });

  it("asks nothing that a flag says", async () => {
    const { host, code } = await ask(["22"], "--template", "service", "--gitlab-url", "https://gitlab.example.com", "--project-path", "g/p", "--default-branch", "main", "--vault-url", "https://vault.example.com", "--environments", "a=default-branch", "--secrets", "A=secret/a#b");
    expect(code, host.stderr()).toBe(0);
    expect(String(host.files.get("/repo/ci-vault.yml"))).toContain("id: 22\n");
  });

  it("an answer that is no answer, or none at all: nothing is written", async () => {
    const { host, code } = await ask(["service", "ftp://gitlab"]);
    expect(code).toBe(2);
    expect(host.stderr()).toContain("given up: nothing was written");
    expect(host.written).toEqual([]);
  });
});
