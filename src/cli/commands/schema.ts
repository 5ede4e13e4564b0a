import { readAsset } from "../../host/index.ts";
import type { Registry } from "../registry.ts";

export function registerSchema({ program, host, done }: Registry): void {
  program
    .command("schema")
    .summary("print the JSON Schema of manifests")
    .description("Prints the JSON Schema of manifests, for editors.")
    .addHelpText("before", "Example:\n  ci-vault-gen schema > schema.json\n")
    .action(() => {
      host.out(readAsset(host, "schema.json"));
      done(0);
    });
}
