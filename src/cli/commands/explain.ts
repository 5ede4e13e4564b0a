import type { Registry } from "../registry.ts";

export function registerExplain({ program, host, done }: Registry): void {
  program
    .command("explain")
    .summary("what a diagnostic means and how to mend it")
    .description("Prints the documentation page of a diagnostic; without a code, the list of all.")
    .argument("[code]", "for example model/unknown-mount")
    .addHelpText("before", "Example:\n  ci-vault-gen explain model/unknown-mount\n")
    .action(async (code: string | undefined) => {
      const { explain } = await import("../../app/index.ts");
      done(explain(host, code));
    });
}
