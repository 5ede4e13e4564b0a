import type { Host } from "../host/index.ts";
import { planJson } from "../plan/index.ts";
import { compile, type Compiled } from "./compile.ts";
import { type ExitCode, tell } from "./report.ts";

export interface PlanOptions {
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `ci-vault-gen plan MANIFEST`: every decision, without writing anything. */
export function plan(host: Host, manifest: string, options: PlanOptions = {}): ExitCode {
  const result = compile(host, manifest, options);
  tell(host, result.diagnostics, result.source, "human");
  if (result.value === undefined) return 2;
  const files = result.value.artifacts.map(({ path }) => path);
  if (options.json) host.out(`${JSON.stringify(planJson(result.value.plan, files, result.value.proof), null, 2)}\n`);
  else host.out(planText(result.value, files));
  return 0;
}

function planText({ plan, proof }: Compiled, files: readonly string[]): string {
  const { token, vault } = plan;
  const audience = token.audience === undefined ? "no audience" : `audience ${token.audience}`;
  const lines = [
    `token     $${token.variable} ${token.kind === "id-token" ? "from id_tokens" : "predefined by GitLab"}, issuer ${token.issuer}, ${audience}`,
    `vault     ${vault.url}, auth/${vault.authMount}, ${vault.tokenType} tokens of ${vault.tokenTtl}s`,
    `who       ${plan.who}`,
    `proof     every job can log in, no role admits more than its refs (${proof.contexts} contexts)`,
  ];
  for (const environment of plan.environments) {
    lines.push("", environment.name);
    for (const role of environment.roles) {
      lines.push(`  role    ${role.name}: ${role.because}`);
      for (const condition of role.conditions) lines.push(`    if    ${condition}`);
      for (const [claim, value] of Object.entries(role.bound.claims))
        lines.push(`    bound ${claim} = ${[value].flat().join(" | ")}`);
    }
    lines.push(`  policy  ${environment.policy.name}`);
    for (const grant of environment.policy.grants)
      lines.push(`    ${grant.capabilities.join(",").padEnd(6)} ${grant.path}  (${grant.for.join(", ")})`);
    lines.push(
      `  jobs    ${[environment.hiddenJob, ...environment.jobs.map(({ name }) => name)].join(", ")}`,
    );
  }
  return `${[...lines, "", `files     ${plan.directory}/`, ...files.map((file) => `  ${file}`)].join("\n")}\n`;
}
