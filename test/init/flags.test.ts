import { describe, expect, it } from "vitest";

import { cli } from "../e2e/generate.ts";
import { manifestOf, repository, snapshot } from "./project.ts";

const GIVEN = [
  "--gitlab-url",
  "https://gitlab.example.com",
  "--project-path",
  "g/p",
  "--project-id",
  "22",
  "--vault-url",
  "https://vault.example.com",
];

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
      ..."--default-branch trunk --mounts secret=kv-v2,kv=kv-v1".split(" "),
      "--environments",
      "dev=default-branch+merge-requests,live=protected-tag:v*+branch:release/*",
      "--secrets",
      "A=secret/x/{environment}/a#b",
      "B=kv/y#c",
      "--owners",
      "@g/sec @alice",
    );
    expect(manifest).toMatchObject({
      version: 1,
      gitlab: {
        url: "https://gitlab.example.com",
        project: { id: 22, path: "g/p" },
        default_branch: "trunk",
      },
      vault: { url: "https://vault.example.com", mounts: { secret: "kv-v2", kv: "kv-v1" } },
      environments: {
        dev: {
          refs: ["default-branch", "merge-requests"],
          gitlab_environment: { name: "dev", action: "start" },
        },
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
    [
      "an address with a password",
      ["--vault-url", "https://alice:hunter2@vault.example.com"],
      "model/bad-url",
    ],
    ["a path that is none", ["--project-path", "a b"], "model/bad-name"],
    [
      "an environment with a name that no role can have",
      ["--environments", "review/*=default-branch"],
      "model/bad-name",
    ],
    ["an unknown mount", ["--secrets", "A=kv/x#y"], "model/unknown-mount"],
    [
      "a token where a reference belongs",
      ["--secrets", "A=glpat-aBcDeFgHiJkLmNoPqRsT/x#y"],
      "model/literal-secret",
    ],
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
