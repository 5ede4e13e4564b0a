import type { CheckOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";
import { outOption, reportOption, targetOption } from "./options.ts";

export function registerCheck({ program, host, done }: Registry): void {
  program
    .command("check")
    .summary("fail if the generated files differ from the manifest")
    .description(
      "Compares the files on disk with what the manifest gives. Writes nothing; exit code 1 and a diff on drift.",
    )
    .argument("<manifest>", "the manifest")
    .addOption(outOption())
    .addOption(targetOption())
    .addOption(reportOption())
    .addHelpText("before", "Example:\n  ci-vault-gen check manifest.yml\n")
    .action(async (manifest: string, options: CheckOptions) => {
      const { check } = await import("../../app/index.ts");
      done(check(host, manifest, options));
    });
}
