import { Command, CommanderError } from "commander";
import type { Host } from "../host/index.ts";
import { registerCheck } from "./commands/check.ts";
import { registerCompletion } from "./commands/completion.ts";
import { registerDiff } from "./commands/diff.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerGenerate } from "./commands/generate.ts";
import { registerInit } from "./commands/init.ts";
import { registerMatrix } from "./commands/matrix.ts";
import { registerPlan } from "./commands/plan.ts";
import { registerProve } from "./commands/prove.ts";
import { registerSchema } from "./commands/schema.ts";
import type { Registry } from "./registry.ts";
import { VERSION } from "./version.ts";

/** In the order of `--help`. */
const COMMANDS: readonly ((registry: Registry) => void)[] = [
  registerInit,
  registerGenerate,
  registerCheck,
  registerPlan,
  registerMatrix,
  registerProve,
  registerDiff,
  registerExplain,
  registerSchema,
  registerCompletion,
];

/** What commander reports by throwing although nothing went wrong. */
const NOT_AN_ERROR = new Set(["commander.helpDisplayed", "commander.help", "commander.version"]);

/** A fresh program; `done` takes the exit code of the command that ran. */
export function createProgram(host: Host, done: (code: number) => void): Command {
  const program = new Command("ci-vault-gen")
    .description(
      "One secrets manifest in; GitLab CI jobs and the matching Vault or OpenBao roles and policies out.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showSuggestionAfterError()
    // Both before the commands are made: they take a copy of these settings.
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.out(text), writeErr: (text) => host.err(text) })
    .addHelpText("before", "Example:\n  ci-vault-gen manifest.yml\n")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 findings or drift, 2 wrong usage or manifest, 3 the machine failed or a bug.",
    );
  for (const register of COMMANDS) register({ program, host, done });
  return program;
}

export async function runProgram(words: readonly string[], host: Host): Promise<number> {
  let code = 0;
  const program = createProgram(host, (result) => {
    code = result;
  });
  if (words.length === 0) {
    program.outputHelp({ error: true });
    return 2;
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return NOT_AN_ERROR.has(error.code) ? 0 : 2;
  }
}
