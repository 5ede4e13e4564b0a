import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { createProgram } from "../../src/cli/program.ts";
import { run } from "../../src/cli/index.ts";
import { shapeOf } from "../../src/cli/completion/shape.ts";
import { CODES } from "../../src/diagnostics/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { exec, minimalEnvironment } from "../support/exec.ts";
import { tempDir } from "../support/temp.ts";
import { KEYS, onTerminal } from "../support/terminal.ts";
import { missingTools, mustHaveTools } from "../support/tools.ts";

const program = createProgram(createMemoryHost(), () => {});
const shape = shapeOf(program, "generate");
const commands = shape.commands.map(({ name }) => name);

let folder: string;
beforeAll(async () => {
  folder = tempDir("completion");
  for (const path of ["a.yml", "b.yaml", "two words.yml", "notes.txt"]) writeFileSync(join(folder, path), "");
  mkdirSync(join(folder, "deploy"));
  for (const shell of ["bash", "zsh", "fish"]) writeFileSync(join(folder, `.${shell}`), await script(shell));
});

async function script(shell: string): Promise<string> {
  const host = createMemoryHost();
  expect(await run(["completion", shell], host)).toBe(0);
  return host.stdout();
}

function shellSuite(shell: string, tools: readonly string[], tests: () => void): void {
  const missing = missingTools(...tools);
  const why = missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : "";
  describe.skipIf(missing.length > 0 && !mustHaveTools())(`${shell}${why}`, tests);
}

/** What any shell has to offer for the last of the words. */
const CASES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["che", ["check"]],
  ["ex", ["explain"]],
  ["a", ["a.yml"]],
  ["check b", ["b.yaml"]],
  ["check --format j", ["json"]],
  ["check a.yml --format h", ["human"]],
  ["matrix --by s", ["secret"]],
  ["init --template mono", ["monorepo"]],
  ["check --out d", ["deploy/"]],
  ["init --gitlab-", ["--gitlab-url"]],
  ["matrix --expect no", ["notes.txt"]],
  ["explain model/unknown-mo", ["model/unknown-mount"]],
  ["explain b", ["b.yaml"]],
  ["completion z", ["zsh"]],
  ["--dry", ["--dry-run"]],
  ["init --project-id a", []],
];

shellSuite("bash", ["bash"], () => {
  const complete = async (line: string): Promise<readonly string[]> => {
    const words = ["ci-vault-gen", ...line.split(" ")];
    const code = `. ./.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ci_vault_gen; [ \${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
    const result = await exec("bash", ["--norc", "-c", code, "bash", ...words], {
      cwd: folder,
      env: minimalEnvironment(),
    });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    return result.stdout.split("\n").filter((one) => one !== "");
  };

  it.each(CASES)("%s", async (line, offered) => {
    // Bash itself appends the slash, since the script says that these are file names.
    expect(await complete(line)).toEqual(offered.map((one) => one.replace(/\/$/, "")));
  });

  it("offers every command, and every option of each", async () => {
    expect(await complete("")).toEqual(
      expect.arrayContaining([...commands, "a.yml", "b.yaml", "two words.yml", "deploy"]),
    );
    for (const { name, options } of shape.commands)
      expect(await complete(`${name} --`), name).toEqual(options.map(({ long }) => long));
  });

  it("an equals sign is a word of its own", async () => {
    expect(await complete("check --format = j")).toEqual(["json"]);
    expect(await complete("check --format =")).toEqual(expect.arrayContaining(["human", "json"]));
  });

  it("offers no file that cannot be a manifest", async () => {
    expect(await complete("check no")).toEqual([]);
  });

  it("knows every diagnostic", async () => {
    expect(await complete("explain ")).toEqual(expect.arrayContaining(Object.keys(CODES)));
  });

  it("on a terminal, a name with a blank comes in quoted", async () => {
    writeFileSync(
      join(folder, ".bashrc"),
      `. ./.bash; PS1='ready> '; ci-vault-gen() { printf '<%s>' "$@"; }\n`,
    );
    const shown = await onTerminal(
      ["bash", "--rcfile", ".bashrc", "-i"],
      [
        ["ready> ", `ci-vault-gen check tw${KEYS.tab}\r`],
        ["<two words.yml>", "exit\r"],
      ],
      { cwd: folder },
    );
    expect(shown.missed).toBeNull();
  });
});

shellSuite("zsh", ["zsh", "python3"], () => {
  it.each(CASES)("%s", async (line, offered) => {
    const out = join(tempDir("zsh"), "buffer");
    writeFileSync(
      join(folder, ".zshrc"),
      `autoload -U compinit; compinit -u -D; . ./.zsh
show() { print -r -- "$BUFFER" >"$OUT"; print -r -- shown; }
zle -N show; bindkey '^X' show; PS1='ready> '; unsetopt beep\n`,
    );
    const result = await onTerminal(
      ["zsh", "-d", "-i"],
      [
        ["ready> ", `ci-vault-gen ${line}${KEYS.tab}\u0018`],
        ["shown", "\u0015exit\r"],
      ],
      { cwd: folder, env: { ZDOTDIR: folder, OUT: out } },
    );
    expect(result.missed, result.shown).toBeNull();
    const buffer = (await exec("cat", [out])).stdout.replace(/\n$/, "");
    const before = line.slice(0, line.lastIndexOf(" ") + 1);
    const ends =
      offered.length === 0 ? [`ci-vault-gen ${line}`] : offered.map((one) => `ci-vault-gen ${before}${one}`);
    expect(ends).toContain(buffer.replace(/[ =]$/, ""));
  });

  it("reads without a complaint and knows every command", async () => {
    const code = "autoload -U compinit; compinit -u -D; . ./.zsh; print -r -- $_comps[ci-vault-gen]";
    const result = await exec("zsh", ["-f", "-c", code], { cwd: folder, env: minimalEnvironment() });
    expect(result).toMatchObject({ code: 0, stdout: "_ci-vault-gen\n", stderr: "" });
    for (const name of commands) expect(await script("zsh")).toContain(`'${name}:`);
  });
});

shellSuite("fish", ["fish"], () => {
  const complete = async (line: string): Promise<readonly string[]> => {
    const code = "source ./.fish; complete -C $argv[1]";
    const env = minimalEnvironment({ HOME: tempDir("fish") });
    const result = await exec("fish", ["--no-config", "-c", code, `ci-vault-gen ${line}`], {
      cwd: folder,
      env,
    });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    return result.stdout
      .split("\n")
      .filter((one) => one !== "")
      .map((one) => one.split("\t")[0] ?? "");
  };

  it.each(CASES)("%s", async (line, offered) => {
    const found = await complete(line);
    // fish also offers what holds the text somewhere inside; what begins with it has to be just this.
    const last = line.slice(line.lastIndexOf(" ") + 1);
    expect(found.filter((one) => one.startsWith(last))).toEqual(offered);
  });

  it("offers every command, and every option of each", async () => {
    expect(await complete("")).toEqual(
      expect.arrayContaining([...commands, "a.yml", "b.yaml", "two words.yml"]),
    );
    for (const { name, options } of shape.commands)
      expect((await complete(`${name} --`)).toSorted(), name).toEqual(
        options.map(({ long }) => long).toSorted(),
      );
  });
});

it("a shell that is none of the three is refused with the choices", async () => {
  const host = createMemoryHost();
  expect(await run(["completion", "tcsh"], host)).toBe(2);
  expect(host.stderr()).toContain("Allowed choices are bash, zsh, fish");
});
