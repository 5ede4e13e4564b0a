import { Option } from "commander";
import type { DiffOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";

export function registerDiff({ program, host, done }: Registry): void {
  program
    .command("diff")
    .summary("say in words what a change of the manifest opens and closes")
    .description(
      "Compares who may read what under two manifests: files, or revisions as git writes them (`main:manifest.yml`).",
    )
    .argument("<old>", "the manifest before")
    .argument("<new>", "the manifest after")
    .requiredOption("--access", "compare access; there is no other comparison yet")
    .option("--no-widening", "exit code 1 if anything becomes readable from where it was not")
    .addOption(
      new Option("--format <format>", "how to print it; markdown is for a merge request's comment")
        .choices(["human", "markdown", "json"])
        .default("human"),
    )
    .addHelpText(
      "before",
      "Example:\n  ci-vault-gen diff --access origin/main:manifest.yml manifest.yml --no-widening\n",
    )
    .action(async (old: string, next: string, options: DiffOptions) => {
      const { diff } = await import("../../app/index.ts");
      done(await diff(host, old, next, options));
    });
}
