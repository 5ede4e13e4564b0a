import type { ExplainOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";
import { formatOption } from "./options.ts";

export function registerExplain({ program, host, done }: Registry): void {
  program
    .command("explain")
    .summary("what a diagnostic means, or why a token is denied")
    .description(
      "Prints the documentation page of a diagnostic; without a code, the list of all. With a manifest and the claims of a token: what each role says to it, the nearest role first, and what to change.",
    )
    .argument("[subject]", "a code, for example model/unknown-mount; or a manifest, with --claims or --error")
    .option("--claims <file>", "the claims of a token as JSON (`-`: standard input); never the token itself")
    .option("--error <text>", "what Vault or OpenBao answered")
    .addOption(formatOption())
    .addHelpText(
      "before",
      "Example:\n  ci-vault-gen explain model/unknown-mount\n  ci-vault-gen explain manifest.yml --claims payload.json\n",
    )
    .action(async (subject: string | undefined, options: ExplainOptions) => {
      const { explain } = await import("../../app/index.ts");
      done(explain(host, subject, options));
    });
}
