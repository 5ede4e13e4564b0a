import { Option } from "commander";
import type { ProveOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";

export function registerProve({ program, host, done }: Registry): void {
  program
    .command("prove")
    .summary("try every cell of the matrix on a real, throw-away server")
    .description(
      "Starts a throw-away OpenBao or Vault (`bao` or `vault` on the PATH), applies the Vault half with a dummy at every path, logs in as every kind of job, reads everything, and compares with the matrix. Exit code 1 on any difference. Nothing is left running.",
    )
    .argument("<manifest>", "the manifest")
    .option("--files", "prove the generated files as they lie on the disk, edited or not")
    .option(
      "--server <url>",
      "a disposable server instead of a new one; VAULT_TOKEN must be allowed to write everything",
    )
    .option("--junit <file>", "also write a JUnit report")
    .addOption(
      new Option("--format <format>", "how to print what was observed")
        .choices(["table", "markdown", "json", "csv"])
        .default("table"),
    )
    .addHelpText("before", "Example:\n  ci-vault-gen prove manifest.yml --junit prove.xml\n")
    .action(async (manifest: string, options: ProveOptions) => {
      const { prove } = await import("../../app/index.ts");
      done(await prove(host, manifest, options));
    });
}
