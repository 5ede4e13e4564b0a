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
  lines.push(
    ["ci_vault_begin", sh(plan.vault.url), sh(plan.vault.authMount), role, ...options(plan).map(sh)].join(
      " ",
    ),
  );
  for (const read of environment.reads) {
    lines.push(
      ["ci_vault_read", read.shape, sh(read.path), ...read.takes.map((take) => sh(specOf(take)))].join(" "),
    );
  }
  return `${[...lines, "ci_vault_end"].join("\n")}\n`;
}

function options({ token, vault }: Plan): readonly string[] {
  const list: string[] = [];
  if (vault.namespace !== undefined) list.push(`namespace=${vault.namespace}`);
  if (token.variable !== "CI_JOB_JWT") list.push(`token=${token.variable}`);
  if (vault.ca !== undefined)
    list.push("file" in vault.ca ? `ca=./${vault.ca.file.replace(/^\.?\//, "")}` : `ca=${vault.ca.variable}`);
  return list;
}

/** `NAME=field`, `NAME:file,optional=field`, `NAME:json`: the reader's notation. */
function specOf(take: Take): string {
  if (take.as === "json") return `${take.variable}:json${take.optional ? ",optional" : ""}`;
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
