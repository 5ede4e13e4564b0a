import { Option } from "commander";
import type { MatrixOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";

export function registerMatrix({ program, host, done }: Registry): void {
  program
    .command("matrix")
    .summary("show which job may read what, and what stops the others")
    .description(
      "Shows for every kind of job (rows) which secrets it may read (columns), by which role, or which claims are in the way.",
    )
    .argument("<manifest>", "the manifest")
    .addOption(
      new Option("--by <what>", "what the columns are")
        .choices(["environment", "secret"])
        .default("environment"),
    )
    .addOption(
      new Option("--format <format>", "how to print it")
        .choices(["table", "markdown", "json", "csv"])
        .default("table"),
    )
    .option("--ref <ref>", "only jobs of this branch or tag: what can they read?")
    .option("--path <path>", "only this path of the server: who can read it?")
    .option("--context <file>", "your own contexts instead of the standard ones")
    .option("--expect <file>", "compare with this file; print the cells that differ; exit code 1 if any do")
    .addHelpText(
      "before",
      "Example:\n  ci-vault-gen matrix manifest.yml\n  ci-vault-gen matrix manifest.yml --path secret/data/myproject/production/db\n",
    )
    .action(async (manifest: string, options: MatrixOptions) => {
      const { matrix } = await import("../../app/index.ts");
      done(matrix(host, manifest, options));
    });
}
