import { Command, CommanderError } from "commander";
import type { Host } from "../host/index.ts";
import { registerCheck } from "./commands/check.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerGenerate } from "./commands/generate.ts";
import { registerPlan } from "./commands/plan.ts";
import { registerSchema } from "./commands/schema.ts";
import type { Registry } from "./registry.ts";
import { VERSION } from "./version.ts";

export async function runProgram(words: readonly string[], host: Host): Promise<number> {
  let code = 0;
  const program = new Command("ci-vault-gen")
    .description(
      "One secrets manifest in; GitLab CI jobs and the matching Vault or OpenBao roles and policies out.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.out(text), writeErr: (text) => host.err(text) })
    .addHelpText("before", "Example:\n  ci-vault-gen manifest.yml\n")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 findings or drift, 2 wrong usage or manifest, 3 the machine failed or a bug.",
    );
  const registry: Registry = { program, host, done: (result) => void (code = result) };
  for (const register of [registerGenerate, registerCheck, registerPlan, registerExplain, registerSchema])
    register(registry);
  if (words.length === 0) {
    host.err(program.helpInformation());
    return 2;
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.code === "commander.helpDisplayed" ||
      error.code === "commander.version" ||
      error.code === "commander.help"
      ? 0
      : 2;
  }
}
