import {
  type EnvironmentPlan,
  OWN_PROJECT,
  type PathRead,
  type Plan,
  type RenderedFile,
  type Take,
} from "../../plan/index.ts";
import { line, sh } from "../text/quote.ts";

/** Chosen by `rules: variables:` where an environment has several roles; the script takes only names it knows. */
export const ROLE_VARIABLE = "CI_VAULT_ROLE";

/** The part of `before_script` that belongs to one environment: a table of what to read. */
export function readScript(plan: Plan, environment: EnvironmentPlan): string {
  const lines = [`# Vault: ${countOf(environment.reads)} for ${line(environment.name)}`];
  // It becomes a part of a URL. Someone else's number would be no harm: the policy grants the token's own project only.
  if (environment.reads.some(({ path }) => path.includes(OWN_PROJECT)))
    lines.push(
      "case ${CI_PROJECT_ID:-} in",
      "  '' | *[!0-9]*) echo \"vault: CI_PROJECT_ID is no number\" >&2; exit 1 ;;",
      "esac",
    );
  lines.push(...beginning(plan, environment));
  for (const { shape, path, body, takes } of environment.reads) {
    const request = [
      shape,
      path.split(OWN_PROJECT).map(sh).join('"$CI_PROJECT_ID"'),
      ...(body === undefined ? [] : [sh(body)]),
    ];
    lines.push(["ci_vault_read", ...request, ...takes.map((take) => sh(specOf(take)))].join(" "));
  }
  const after = environment.reads.flatMap(({ takes }) => takes.flatMap(afterReading));
  const files = environment.files.map(renderLine);
  return `${[...lines, "ci_vault_end", ...after, ...files].join("\n")}\n`;
}

/** Text after an equals sign, values by name: the shell puts them together. */
function renderLine({ variable, filename, parts }: RenderedFile): string {
  const words = parts.map((part) => ("text" in part ? `=${part.text}` : `${part.form}:${part.variable}`));
  return ["ci_vault_render", variable, filename, ...words.map(sh)].join(" ");
}

/** Ends the leases of a job that was killed before it could: `after_script` is another shell, which runs even then. */
export function sweepScript(plan: Plan, environment: EnvironmentPlan): string {
  const lines = [
    `# Vault: are there leases left of ${line(environment.name)}?`,
    ...beginning(plan, environment),
  ];
  return `${[...lines, "ci_vault_sweep"].join("\n")}\n`;
}

/** The choice of a role, and `ci_vault_begin` with all that is fixed. */
function beginning(plan: Plan, environment: EnvironmentPlan): readonly string[] {
  const lines: string[] = [];
  const [only, ...more] = environment.roles;
  let role = sh(only?.name ?? "");
  if (more.length > 0) {
    const names = environment.roles.map(({ name }) => sh(name)).join(" | ");
    lines.push(
      `case \${${ROLE_VARIABLE}:-} in`,
      `  ${names}) ;;`,
      `  *) echo "vault: no role fits this job: its rules are not those of ${line(environment.hiddenJob)}" >&2; exit 1 ;;`,
      "esac",
    );
    role = `"$${ROLE_VARIABLE}"`;
  }
  const settings = options(plan, environment).map(sh);
  lines.push(["ci_vault_begin", sh(plan.vault.url), sh(plan.vault.authMount), role, ...settings].join(" "));
  return lines;
}

/** What is left to do once the value is there. `NAME` is checked to be a plain name; values are never in the text. */
function afterReading({ variable, fallback, filename, sensitive, optional, as }: Take): readonly string[] {
  const lines: string[] = [];
  if (fallback !== undefined)
    lines.push(`[ "\${${variable}+set}" ] || { ${variable}=${sh(fallback)}; export ${variable}; }`);
  if (as === "file" && filename !== undefined) {
    const move = `mv "$${variable}" "\${${variable}%/*}/${filename}"; ${variable}=\${${variable}%/*}/${filename}`;
    lines.push(optional ? `[ ! "\${${variable}+set}" ] || { ${move}; }` : move);
  }
  if (!sensitive) lines.push(`printf '%s\\n' "vault: ${variable}=\${${variable}-}"`);
  return lines;
}

function options({ token, vault }: Plan, { leased, reader }: EnvironmentPlan): readonly string[] {
  const list: string[] = [];
  if (reader === "cli") list.push("client=cli");
  if (!vault.verifyTls) list.push("verify=off");
  if (vault.allowTrace) list.push("trace=allow");
  if (leased) list.push("lease=job");
  if (vault.tokenType === "batch") list.push("revoke=off");
  if (vault.namespace !== undefined) list.push(`namespace=${vault.namespace}`);
  if (token.variable !== "CI_JOB_JWT") list.push(`token=${token.variable}`);
  if (vault.ca !== undefined)
    list.push("file" in vault.ca ? `ca=./${vault.ca.file.replace(/^\.?\//, "")}` : `ca=${vault.ca.variable}`);
  return list;
}

/** `NAME=field`, `NAME:file,optional=field`, `NAME:json`: the reader's notation. */
function specOf(take: Take): string {
  if (take.as === "json" || take.as === "all")
    return `${take.variable}:${take.as}${take.optional ? ",optional" : ""}`;
  const flags = [
    take.as === "file" ? ["file"] : [],
    take.base64 ? ["base64"] : [],
    take.optional ? ["optional"] : [],
  ].flat();
  return `${take.variable}${flags.length > 0 ? `:${flags.join(",")}` : ""}=${take.field ?? ""}`;
}

function countOf(reads: readonly PathRead[]): string {
  const variables = reads.reduce((sum, { takes }) => sum + takes.length, 0);
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return `${plural(variables, "secret")} from ${plural(reads.length, "path")}`;
}
