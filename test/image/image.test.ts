import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { exec, minimalEnvironment, type Finished } from "../support/exec.ts";
import { tempDir } from "../support/temp.ts";
import { childrenOf, contextOf, copy, type Instruction, parseDockerfile, stagesOf } from "./dockerfile.ts";

// No container engine runs where these tests run: they do by hand, in folders, what one would do.
const project = fileURLToPath(new URL("../../", import.meta.url));
const instructions = parseDockerfile(readFileSync(join(project, "Dockerfile"), "utf8"));
const stages = stagesOf(instructions);

describe("the Dockerfile, as a linter would read it", () => {
  const all = (word: string) => instructions.filter((one) => one.word === word).map(({ rest }) => rest);

  it("has bases with an exact version and room for a digest, the same in every stage", () => {
    expect(new Set(stages.map(({ base }) => base)).size).toBe(1);
    for (const { base } of stages) expect(base).toMatch(/^node:\d+\.\d+\.\d+-alpine\d+\.\d+$/);
    for (const from of all("FROM")) expect(from).toMatch(/\$\{NODE_DIGEST\}/);
  });

  it("ends as a user by number who is not root, with absolute folders and commands as lists", () => {
    expect(all("USER")).toEqual(["1000:1000"]);
    for (const folder of all("WORKDIR")) expect(folder).toMatch(/^\//);
    expect(JSON.parse(all("CMD")[0] ?? "")).toEqual(["ci-vault-gen", "--help"]);
    expect(all("ENTRYPOINT")).toEqual([]);
  });

  it("uses nothing that fetches, raises rights or could hold a secret", () => {
    expect(new Set(instructions.map(({ word }) => word))).toEqual(
      new Set(["ARG", "FROM", "WORKDIR", "COPY", "RUN", "USER", "CMD"]),
    );
    for (const run of all("RUN")) expect(run).not.toMatch(/curl|wget|sudo|apk|apt|chmod|latest|npm install/);
    expect(all("ARG").map((arg) => arg.split("=")[0])).toEqual(["NODE", "NODE_DIGEST"]);
  });

  it("takes dependencies before sources, so that a change of a source installs nothing anew", () => {
    const [build] = stages;
    const words = build?.steps.map(({ word, rest }) => `${word} ${rest.split(" ")[0]}`);
    expect(words).toEqual(["WORKDIR /src", "COPY package.json", "RUN npm", "COPY .", "RUN npm"]);
  });
});

it("its steps, done by hand, give a tool that works without the sources and as nobody in particular", async () => {
  const roots = new Map<string, string>();
  for (const { name, steps } of stages) {
    const root = tempDir("image");
    roots.set(name, root);
    let at = "/";
    for (const step of steps) at = await perform(step, root, at, roots);
  }
  const root = roots.get(stages.at(-1)?.name ?? "") ?? "";
  const tool = join(root, "opt/ci-vault-gen/dist/main.js");
  const run = (...words: readonly string[]) =>
    exec(process.execPath, [tool, ...words], {
      cwd: tempDir("work"),
      env: minimalEnvironment({ HOME: "/nonexistent" }),
    });
  const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };
  expect(await run("--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
  expect((await run("schema")).stdout).toBe(readFileSync(join(project, "schema.json"), "utf8"));
  expect(await run("explain", "model/unknown-mount")).toMatchObject({ code: 0 });
  expect((await run("init", "--yes")).stderr).toContain("wrote once");
  // Small: no libraries beside the bundle.
  expect(
    childrenOf(join(root, "opt/ci-vault-gen"))
      .map((path) => path.slice(path.lastIndexOf("/") + 1))
      .toSorted(),
  ).toEqual(["LICENSE", "dist", "docs", "package.json", "schema.json"]);
}, 300_000);

/** One step of a stage whose `/` is the folder `root`; gives the working directory after it. */
async function perform(
  { word, rest }: Instruction,
  root: string,
  at: string,
  roots: ReadonlyMap<string, string>,
): Promise<string> {
  if (word === "WORKDIR") {
    const folder = posix.resolve(at, rest);
    mkdirSync(join(root, folder), { recursive: true });
    return folder;
  }
  if (word === "COPY") {
    const from = /^--from=(\S+)\s+/.exec(rest);
    const words = rest.slice(from?.[0].length ?? 0).split(/\s+/);
    const target = words.pop() ?? "";
    const base = from === null ? project : (roots.get(from[1] ?? "") ?? "missing stage");
    const to = join(root, posix.resolve(at, target));
    if (from === null && words[0] === ".")
      for (const path of contextOf(project)) copy([join(base, path)], join(to, path), false);
    else {
      if (from === null) expect(contextOf(project)).toEqual(expect.arrayContaining(words));
      copy(
        words.map((path) => join(base, path)),
        to,
        target.endsWith("/"),
      );
    }
  } else if (word === "RUN" && rest.startsWith("npm ")) {
    const done = await npm(rest.split(" ").slice(1), join(root, at));
    expect(done.code, `${rest}: ${done.output}`).toBe(0);
  } else if (word === "RUN") {
    const link = /^ln -s (\S+) (\S+)$/.exec(rest);
    expect(link, `a step that this test cannot do: ${rest}`).not.toBeNull();
    // Where the link leads to has to be there.
    expect(readFileSync(join(root, link?.[1] ?? ""), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  }
  return at;
}

/** With the machine's own settings of npm. Without a registry the packages that are here have to do. */
async function npm(words: readonly string[], cwd: string): Promise<Finished> {
  const env = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const offline = words[0] === "ci" ? ["--prefer-offline"] : [];
  const run = await exec("npm", [...words, ...offline], {
    cwd,
    env: Object.fromEntries(env),
    timeoutMs: 240_000,
  });
  if (
    run.code === 0 ||
    words[0] !== "ci" ||
    !/E(?:NOTFOUND|AI_AGAIN|CONN\w+|TIMEDOUT)|network/.test(run.output)
  )
    return run;
  process.stderr.write("image test: npm ci had no registry, the installed packages stand in\n");
  symlinkSync(join(project, "node_modules"), join(cwd, "node_modules"));
  return { ...run, code: 0 };
}

describe("the hook for pre-commit", () => {
  const [hook] = parse(readFileSync(join(project, ".pre-commit-hooks.yaml"), "utf8")) as Record<
    string,
    unknown
  >[];

  it("runs a command of this package on the default manifest", () => {
    const { bin } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
      bin: Record<string, string>;
    };
    expect(hook).toMatchObject({
      id: "ci-vault-gen-check",
      language: "system",
      pass_filenames: false,
      args: ["ci-vault.yml"],
    });
    expect(Object.keys(bin)).toContain(String(hook?.["entry"]).split(" ")[0]);
  });

  it.each([
    ["ci-vault.yml", true],
    ["ci-vault/gitlab/main.yml", true],
    ["other/ci-vault.yml", false],
    ["ci-vault.yml.orig", false],
    [".gitlab-ci.yml", false],
  ])("looks at %s: %s", (path, expected) => {
    expect(new RegExp(String(hook?.["files"])).test(path)).toBe(expected);
  });
});
