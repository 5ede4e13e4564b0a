import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { cli, example, generated } from "../e2e/generate.ts";
import { branch } from "../support/gitlab/context.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { git, makeProject } from "../support/gitlab/project.ts";
import { tempDir } from "../support/temp.ts";
import { command, filesOf, REPOSITORY } from "./support.ts";

const manifest = example("myproject");

/** What the generated entry file includes. */
function includes(text: string): readonly string[] {
  return (parse(text) as { include: { local: string }[] }).include.map(({ local }) => local);
}

describe("the same bytes", () => {
  const from = (cwd: string, ...words: readonly string[]) => command(words, { cwd });

  it("from every working directory and by every spelling of the path", async () => {
    const files = { ...REPOSITORY, "/repo/a/b/x": "" };
    const expected = filesOf(await command(["manifest.yml"], { files }));
    for (const [cwd, path] of [
      ["/repo", "./manifest.yml"],
      ["/repo", "/repo/manifest.yml"],
      ["/repo/a/b", "../../manifest.yml"],
      ["/repo/a", "/repo/a/../manifest.yml"],
      ["/", "repo/manifest.yml"],
    ] as const)
      expect(filesOf(await command([path], { files, cwd }))).toEqual(expected);
  });

  it("twice, and by --stdout", async () => {
    const once = await from("/repo", "manifest.yml", "--stdout");
    expect((await from("/repo", "manifest.yml", "--stdout")).stdout).toBe(once.stdout);
    expect(once.host.written).toEqual([]);
    const disk = filesOf(await from("/repo", "manifest.yml"));
    for (const part of once.stdout.split(/^==> (?=.* <==$)/m).slice(1)) {
      const [, path = "", text = ""] = /^(.*) <==\n([^]*)\n$/.exec(part) ?? [];
      expect(text).toBe(disk[`/repo/ci-vault/${path}`]);
    }
  });

  it("wherever the repository lies", async () => {
    const moved = { "/home/alice/x y/.git": "gitdir: elsewhere\n", "/home/alice/x y/manifest.yml": manifest };
    const there = filesOf(await command(["x y/manifest.yml"], { files: moved, cwd: "/home/alice" }));
    const here = filesOf(await command(["manifest.yml"]));
    for (const [path, text] of Object.entries(here))
      if (path.startsWith("/repo/ci-vault/"))
        expect(there[path.replace("/repo/", "/home/alice/x y/")]).toBe(text);
  });
});

describe("include paths are seen from the repository's root", () => {
  const at = (folder: string, ...more: readonly string[]) =>
    command([`${folder}/manifest.yml`, ...more], {
      cwd: "/",
      files: { "/repo/.git/HEAD": "", [`${folder}/manifest.yml`]: manifest },
    });

  it.each([
    ["/repo", [], "/repo/ci-vault", "/ci-vault"],
    ["/repo/infra/vault", [], "/repo/infra/vault/ci-vault", "/infra/vault/ci-vault"],
    ["/repo/..dots", [], "/repo/..dots/ci-vault", "/..dots/ci-vault"],
    ["/repo/infra", ["--out", "/repo/.gitlab/secrets"], "/repo/.gitlab/secrets", "/.gitlab/secrets"],
    ["/repo/infra", ["--out", "repo"], "/repo", ""],
    // Without a repository, the manifest's own folder counts as its root.
    ["/plain/infra", [], "/plain/infra/ci-vault", "/ci-vault"],
  ] as const)("%s %s", async (folder, more, place, seen) => {
    const run = await at(folder, ...more);
    expect(run.code, run.stderr).toBe(0);
    const files = filesOf(run);
    expect(includes(files[`${place}/gitlab/main.yml`] ?? "")).toEqual(
      ["reader", "environments/staging", "environments/production"].map(
        (name) => `${seen}/gitlab/${name}.yml`,
      ),
    );
    expect(run.stderr).toContain(`local: ${seen}/gitlab/main.yml`);
    expect((await command(["check", `${folder}/manifest.yml`, ...more], { cwd: "/", files })).code).toBe(0);
  });

  it("and gitlab-ci-local finds them, in a subfolder and when run from another folder", async () => {
    const dir = await makeProject({
      "infra/vault/manifest.yml": manifest,
      "other/.keep": "",
      ".gitlab-ci.yml": "include: [{ local: /infra/vault/ci-vault/gitlab/main.yml }]\n",
    });
    const result = await cli(join(dir, "other"), "../infra/vault/manifest.yml");
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain("/infra/vault/ci-vault/gitlab/main.yml");
    await git(dir, ["add", "--all"]);
    const jobs = await listJobs(dir, predefinedVariables(branch("main")));
    expect(jobs.map(({ name }) => name)).toEqual(["read_secrets:staging"]);
  });
});

describe("on the real disk", () => {
  it("writes text with plain modes, the script as a program, and nothing beside", async () => {
    const dir = await generated(manifest);
    expect(readdirSync(join(dir, "ci-vault"), { recursive: true, encoding: "utf8" }).toSorted()).toEqual(
      [
        ".ci-vault-gen.json",
        ".gitattributes",
        "gitlab",
        "gitlab/environments",
        "gitlab/environments/production.yml",
        "gitlab/environments/staging.yml",
        "gitlab/main.yml",
        "gitlab/reader.yml",
        "vault",
        "vault/auth-config.json",
        "vault/policies",
        "vault/policies/mygroup--myproject--production.hcl",
        "vault/policies/mygroup--myproject--staging.hcl",
        "vault/roles",
        "vault/roles/mygroup--myproject--production.json",
        "vault/roles/mygroup--myproject--staging.json",
        "vault/setup.sh",
      ].toSorted(),
    );
    expect(await git(dir, ["ls-files", "--stage", "ci-vault/vault/setup.sh"])).toMatch(/^100755 /);
    expect((await cli(dir, "check", "manifest.yml")).code).toBe(0);
  });

  it("the committed examples are what their manifests give", async () => {
    const root = new URL("../../", import.meta.url).pathname;
    for (const name of ["myproject", "auto-deploy"]) {
      const run = await cli(root, "check", `examples/${name}/manifest.yml`);
      expect(run.stderr + run.stdout).toBe("");
      expect(run.code).toBe(0);
    }
  });

  it("leaves a link alone that stands where the output belongs", async () => {
    const [dir, elsewhere] = [tempDir("repo"), tempDir("elsewhere")];
    mkdirSync(join(dir, ".git"));
    writeFileSync(join(dir, "manifest.yml"), manifest);
    symlinkSync(elsewhere, join(dir, "ci-vault"));
    const run = await cli(dir, "manifest.yml", "--force");
    expect([run.code, run.stdout, readdirSync(elsewhere)]).toEqual([2, "", []]);
    expect(run.stderr).toContain("disk/outside-root");
    expect(readFileSync(join(dir, "manifest.yml"), "utf8")).toBe(manifest);
  });
});
