import { Argument } from "commander";
import { completionScript, type ShellName, SHELLS } from "../completion/index.ts";
import type { Registry } from "../registry.ts";

const WHERE = `
To have it in every session:
  bash  ci-vault-gen completion bash > ~/.local/share/bash-completion/completions/ci-vault-gen
  zsh   ci-vault-gen completion zsh > FOLDER/_ci-vault-gen    (FOLDER: one of $fpath)
  fish  ci-vault-gen completion fish > ~/.config/fish/completions/ci-vault-gen.fish`;

export function registerCompletion({ program, host, done }: Registry): void {
  program
    .command("completion")
    .summary("print a script that completes commands, options and files")
    .description(
      "Prints a script for bash, zsh or fish that completes commands, options, their values and files.",
    )
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText("before", 'Example:\n  eval "$(ci-vault-gen completion bash)"\n')
    .addHelpText("after", WHERE)
    .action((shell: ShellName) => {
      host.out(completionScript(program, shell));
      done(0);
    });
}
