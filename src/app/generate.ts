import { posix } from "node:path";
import { hasErrors } from "../diagnostics/index.ts";
import { apply, type ChangeSet, compare, renderDiff } from "../disk/index.ts";
import type { Host } from "../host/index.ts";
import type { Target } from "../model/index.ts";
import { compile, type Compiled } from "./compile.ts";
import { type ExitCode, type Format, hasColour, tell } from "./report.ts";

export interface GenerateOptions {
  readonly out?: string | undefined;
  /** To be written beside those of the manifest. */
  readonly target?: readonly Target[] | undefined;
  readonly force?: boolean | undefined;
  /** Write nothing, say what would be written. */
  readonly dryRun?: boolean | undefined;
  /** Show the changes as a unified diff on stdout. */
  readonly diff?: boolean | undefined;
  /** Write the files to stdout instead of the disk. */
  readonly stdout?: boolean | undefined;
  readonly format?: Format | undefined;
}

/** `ci-vault-gen MANIFEST`: writes both halves, or nothing at all. */
export function generate(host: Host, manifest: string, options: GenerateOptions = {}): ExitCode {
  const format = options.format ?? "human";
  const result = compile(host, manifest, options);
  if (result.value === undefined) {
    tell(host, result.diagnostics, result.source, format, { manifest });
    return 2;
  }
  if (options.stdout) {
    tell(host, result.diagnostics, result.source, "human");
    for (const { path, text } of result.value.artifacts) host.out(`==> ${path} <==\n${text}\n`);
    return 0;
  }
  const changes = compare(host, result.value.root, result.value.artifacts, { force: options.force ?? false });
  const diagnostics = [...result.diagnostics, ...changes.diagnostics];
  if (format === "human" || hasErrors(diagnostics)) tell(host, diagnostics, result.source, format);
  if (changes.value === undefined) return 2;
  const prefix = posix.relative(host.cwd, result.value.root);
  if (options.diff) host.out(renderDiff(changes.value, { prefix, colour: hasColour(host, "out") }));
  if (options.dryRun) {
    host.err(listChanges(changes.value, prefix));
    return 0;
  }
  apply(host, changes.value);
  if (format !== "human" && !options.diff) tell(host, diagnostics, result.source, format);
  host.err(summary(result.value, changes.value, prefix));
  return 0;
}

function listChanges({ changes }: ChangeSet, prefix: string): string {
  if (changes.length === 0) return "nothing would change\n";
  return changes.map(({ kind, path }) => `would ${kind} ${posix.join(prefix, path)}\n`).join("");
}

function summary({ plan }: Compiled, { changes, unchanged }: ChangeSet, prefix: string): string {
  const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
  const parts = [
    `${count("create")} created`,
    `${count("modify")} updated`,
    `${count("remove")} removed`,
    `${unchanged} unchanged`,
  ];
  const said = parts.filter((part) => !part.startsWith("0 "));
  const lines = [`${prefix === "" ? "." : prefix}/: ${said.join(", ")}`];
  if (count("create") > 0) {
    if (plan.targets.includes("gitlab"))
      lines.push(`GitLab: include: [{ local: /${posix.join(plan.directory, "gitlab/main.yml")} }]`);
    if (plan.targets.includes("vault"))
      lines.push(`Vault:  ${posix.join(prefix, "vault/setup.sh")} --dry-run`);
    if (plan.targets.includes("openbao"))
      lines.push(`OpenBao: ${posix.join(prefix, "openbao/setup.sh")} --dry-run`);
    if (plan.targets.includes("terraform"))
      lines.push(`Terraform: terraform -chdir=${posix.join(prefix, "terraform")} init`);
    if (plan.targets.includes("docs"))
      lines.push(`Read:   ${posix.join(prefix, "SECRETS.md")}, ${posix.join(prefix, "access-map.html")}`);
    if (plan.targets.includes("component"))
      lines.push(`Component project: ${posix.join(prefix, "component/README.md")}`);
  }
  return `${lines.join("\n")}\n`;
}
