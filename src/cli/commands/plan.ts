import type { PlanOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";
import { outOption, targetOption } from "./options.ts";

export function registerPlan({ program, host, done }: Registry): void {
  program
    .command("plan")
    .summary("show every role, policy, path, job and file")
    .description(
      "Shows every decision that follows from a manifest: roles, policies, paths, jobs, files. Writes nothing.",
    )
    .argument("<manifest>", "the manifest")
    .addOption(outOption())
    .addOption(targetOption())
    .option("--json", "as JSON; plan.schema.json describes it")
    .addHelpText("before", "Example:\n  ci-vault-gen plan manifest.yml --json\n")
    .action(async (manifest: string, options: PlanOptions) => {
      const { plan } = await import("../../app/index.ts");
      done(plan(host, manifest, options));
    });
}
