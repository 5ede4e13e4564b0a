import { Option } from "commander";
import type { InitOptions } from "../../app/index.ts";
import type { Registry } from "../registry.ts";

export function registerInit({ program, host, done }: Registry): void {
  program
    .command("init")
    .summary("begin: a manifest, a pipeline, and what belongs around them")
    .description(
      "Writes a manifest and the files around it, generates from it, and shows who can read what. Asks on a terminal; each question has a flag. Never changes a file that exists: for those it prints a patch on stdout.",
    )
    .argument("[folder]", "the root of the repository", ".")
    .addOption(
      new Option("--template <kind>", "what kind of project").choices([
        "service",
        "library",
        "monorepo",
        "component",
      ]),
    )
    .option("--from-git", "take address, path and default branch from the Git remote")
    .option("--gitlab-url <url>", "address of your GitLab")
    .option("--project-path <path>", "path of the project with its groups, mygroup/myproject")
    .option("--project-id <id>", "number of the project (Settings > General)")
    .option("--default-branch <name>", "name of the default branch")
    .option("--vault-url <url>", "address of Vault or OpenBao, as jobs reach it")
    .option(
      "--environments <list>",
      "NAME=REF,NAME=REF; REF is default-branch, protected-branches, protected-tags, merge-requests, [protected-]branch:PATTERN or [protected-]tag:PATTERN; + joins several",
    )
    .option("--secrets <secret...>", "NAME=mount/path#field, one or more")
    .option("--mounts <list>", "MOUNT=ENGINE,MOUNT=ENGINE, where it is not secret=kv-v2")
    .option("--services <folders>", "the services of a monorepo: services/api,services/web")
    .option("--owners <owners>", "who approves changes of the manifest (CODEOWNERS)")
    .option("-y, --yes", "ask nothing; placeholders, plainly marked, for what cannot be guessed")
    .addHelpText(
      "before",
      "Example:\n  ci-vault-gen init --from-git --project-id 22 --vault-url https://vault.example.com:8200\n",
    )
    .action(async (folder: string, options: InitOptions) => {
      const { init } = await import("../../app/index.ts");
      done(await init(host, folder, options));
    });
}
