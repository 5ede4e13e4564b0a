import { VARIABLES } from "../access/index.ts";
import type { Host } from "../host/index.ts";
import type { Target } from "../model/index.ts";
import { planJson } from "../plan/index.ts";
import { compile, type Compiled } from "./compile.ts";
import { type ExitCode, tell } from "./report.ts";

export interface PlanOptions {
  readonly out?: string | undefined;
  /** To be written beside those of the manifest. */
  readonly target?: readonly Target[] | undefined;
  readonly json?: boolean | undefined;
}

/** `ci-vault-gen plan MANIFEST`: every decision, without writing anything. */
export function plan(host: Host, manifest: string, options: PlanOptions = {}): ExitCode {
  const result = compile(host, manifest, options);
  tell(host, result.diagnostics, result.source, "human");
  if (result.value === undefined) return 2;
  const files = result.value.artifacts.map(({ path }) => path);
  if (options.json)
    host.out(`${JSON.stringify(planJson(result.value.plan, files, result.value.proof), null, 2)}\n`);
  else host.out(planText(result.value, files));
  return 0;
}

/** The one exception to «where a job runs, it can log in». */
const UNSEEN = "  (rules cannot see this claim: the job runs, and fails to log in, where it differs)";

function planText({ model, plan: decided, proof }: Compiled, files: readonly string[]): string {
  const { token, vault } = decided;
  const audience = token.audience === undefined ? "no audience" : `audience ${token.audience}`;
  const lines = [
    `token     $${token.variable} ${token.kind === "id-token" ? "from id_tokens" : "predefined by GitLab"}, issuer ${token.issuer}, ${audience}`,
    `vault     ${vault.url}, auth/${vault.authMount}, ${vault.tokenType} tokens of ${vault.tokenTtl}s`,
    `who       ${decided.who}`,
    `proof     every job can log in, no role admits more than its refs (${proof.contexts} contexts)`,
  ];
  for (const environment of decided.environments) {
    const extra = model.environments.find(({ name }) => name === environment.name)?.claims ?? [];
    const blind = new Set(extra.map(({ name }) => name).filter((name) => !Object.hasOwn(VARIABLES, name)));
    lines.push("", environment.name);
    for (const role of environment.roles) {
      lines.push(`  role    ${role.name}: ${role.because}`);
      for (const condition of role.conditions) lines.push(`    if    ${condition}`);
      for (const [claim, value] of Object.entries(role.bound.claims))
        lines.push(`    bound ${claim} = ${[value].flat().join(" | ")}${blind.has(claim) ? UNSEEN : ""}`);
    }
    lines.push(`  policy  ${environment.policy.name}`);
    for (const grant of environment.policy.grants)
      lines.push(`    ${grant.capabilities.join(",").padEnd(6)} ${grant.path}  (${grant.for.join(", ")})`);
    lines.push(
      `  jobs    ${[environment.hiddenJob, ...environment.jobs.map(({ name }) => name)].join(", ")}`,
    );
  }
  return `${[...lines, "", `files     ${decided.directory}/`, ...files.map((file) => `  ${file}`)].join("\n")}\n`;
}
