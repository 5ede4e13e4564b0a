import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { cli } from "../e2e/generate.ts";
import { git } from "../support/gitlab/project.ts";
import { commit, manifestOf, read, repository, snapshot } from "./project.ts";

describe("--from-git", () => {
  it("takes address, path and default branch; the password of a remote goes nowhere", async () => {
    const dir = await repository(
      { a: "" },
      { remote: "https://mallory77:hunter2@gitlab.example.com:8443/team/app/shop.git", branch: "work" },
    );
    await git(dir, ["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    await git(dir, ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    const result = await cli(
      dir,
      "init",
      "--from-git",
      "--project-id",
      "7",
      "--vault-url",
      "https://vault.example.com",
    );
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
    expect(read(dir, "ci-vault.yml")).toMatch(
      /# CHECK: `default-branch` below means this one\.\n {2}default_branch: main/,
    );
  });

  it.each([
    ["no repository", undefined, "there is no Git repository"],
    ["no remote", "", "there is no remote"],
    [
      "a remote elsewhere",
      "https://alice:hunter2@github.com/g/p.git",
      "no remote names a project of a GitLab",
    ],
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
