import type { EnvironmentPlan, PathRead, Plan, Take } from "../../plan/index.ts";
import { line, sh } from "../text/quote.ts";

/** Chosen by `rules: variables:` where an environment has several roles; the script takes only names it knows. */
export const ROLE_VARIABLE = "CI_VAULT_ROLE";

/** The part of `before_script` that belongs to one environment: a table of what to read. */
export function readScript(plan: Plan, environment: EnvironmentPlan): string {
  const lines = [`# Vault: ${countOf(environment.reads)} for ${line(environment.name)}`];
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
  for (const { shape, path, body, takes } of environment.reads) {
    const request = [shape, sh(path), ...(body === undefined ? [] : [sh(body)])];
    lines.push(["ci_vault_read", ...request, ...takes.map((take) => sh(specOf(take)))].join(" "));
  }
  const after = environment.reads.flatMap(({ takes }) => takes.flatMap(afterReading));
  return `${[...lines, "ci_vault_end", ...after].join("\n")}\n`;
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

function options({ token, vault }: Plan, { leased }: EnvironmentPlan): readonly string[] {
  const list: string[] = [];
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
