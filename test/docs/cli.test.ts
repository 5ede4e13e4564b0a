import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

/** The help of one command exactly as a terminal of 100 columns shows it. */
async function helpOf(words: readonly string[]): Promise<string> {
  const host = createMemoryHost();
  const program = createProgram(host, () => {});
  for (const command of [program, ...program.commands]) command.configureHelp({ helpWidth: 100 });
  await program.parseAsync([...words, "--help"], { from: "user" }).catch(() => {});
  return host.stdout().trim();
}

/** docs/cli.md from the program itself: what it says cannot differ from what `--help` says. */
async function page(): Promise<string> {
  const program = createProgram(createMemoryHost(), () => {});
  const parts = [
    "# Commands",
    "",
    "The help of every command, as the tool prints it. stdout carries the product (files, plans, diffs, JSON), stderr the talk;",
    "`NO_COLOR` turns colour off; nothing is asked without a terminal.",
    "",
    "```text",
    await helpOf([]),
    "```",
  ];
  for (const command of program.commands) {
    parts.push("", `## ${command.name()}`, "", "```text", await helpOf([command.name()]), "```");
  }
  return `${parts.join("\n")}\n`;
}

test("docs/cli.md is the help of the program (npm run golden updates it)", async () => {
  await expect(await page()).toMatchFileSnapshot("../../docs/cli.md");
});

test("every command's help opens with an example", async () => {
  const program = createProgram(createMemoryHost(), () => {});
  for (const words of [[], ...program.commands.map((command) => [command.name()])]) {
    expect(await helpOf(words)).toMatch(/^Example:\n {2}.*ci-vault-gen /);
  }
});

test("the example in every command's help names that command", async () => {
  const program = createProgram(createMemoryHost(), () => {});
  for (const command of program.commands) {
    if (command.name() === "generate") continue;
    expect(await helpOf([command.name()])).toContain(`ci-vault-gen ${command.name()}`);
  }
});
