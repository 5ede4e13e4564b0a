import type { GenerateOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";
import { outOption, reportOption, targetOption } from "./options.ts";

export function registerGenerate({ program, host, done }: Registry): void {
  program
    .command("generate", { isDefault: true })
    .summary("write both halves (the default command)")
    .description("Writes the GitLab and the Vault half of a manifest. The word `generate` may be left out.")
    .argument("<manifest>", "the manifest")
    .addOption(outOption())
    .addOption(targetOption())
    .option("--force", "overwrite files that were edited by hand or that others wrote")
    .option("--dry-run", "write nothing; say what would be written")
    .option("--diff", "show the changes as a unified diff")
    .option("--stdout", "print the files instead of writing them")
    .option("--check", "write nothing; fail if the files differ (same as the command `check`)")
    .addOption(reportOption())
    .addHelpText("before", "Example:\n  ci-vault-gen manifest.yml --diff\n")
    .action(async (manifest: string, options: GenerateOptions & { check?: boolean }) => {
      const { check, generate } = await import("../../app/index.ts");
      done(options.check ? check(host, manifest, options) : generate(host, manifest, options));
    });
}
