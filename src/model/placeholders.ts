import { closest, type Diagnostic, type Place, report } from "../diagnostics/index.ts";
import { PLACEHOLDERS } from "../manifest/index.ts";

/**
 * Stays in the paths of a group's manifest: which of its projects runs a job is known only then. The job puts in
 * `$CI_PROJECT_ID`, the policy what Vault knows of the token.
 */
export const OWN_PROJECT = "{project_id}";

export type Placeholders = Readonly<Record<(typeof PLACEHOLDERS)[number], string | undefined>>;

/**
 * Puts the values in. Whatever else has braces is reported: it would become part of a path, and in a policy Vault reads
 * `{{…}}` as a template of its own.
 */
export function fill(text: string, values: Placeholders, place: Place, found: Diagnostic[]): string {
  if (!text.includes("{") && !text.includes("}")) return text;
  const left = text.replace(/\{[^{}]*\}/g, "");
  if (left.includes("{") || left.includes("}")) {
    found.push(
      report("model/unknown-placeholder", place, "a brace that belongs to no placeholder", {
        notes: [`there are ${PLACEHOLDERS.map((word) => `{${word}}`).join(", ")}`],
        help: "write a placeholder with one brace on each side, for example `{environment}`",
      }),
    );
    return text;
  }
  return text.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    if (!(PLACEHOLDERS as readonly string[]).includes(name)) {
      const meant = closest(name, PLACEHOLDERS);
      found.push(
        report("model/unknown-placeholder", place, "this placeholder does not exist", {
          notes: [`there are ${PLACEHOLDERS.map((word) => `{${word}}`).join(", ")}`],
          help: meant === undefined ? undefined : `did you mean \`{${meant}}\`?`,
        }),
      );
      return whole;
    }
    const value = values[name as keyof Placeholders];
    if (value !== undefined) return value;
    found.push(
      report("model/unknown-placeholder", place, `\`{${name}}\` has no single value here`, {
        notes: [
          name === "environment"
            ? "it stands for an environment, and this key belongs to none"
            : "the manifest is for several projects, or for a group",
        ],
        help: "write the path out",
      }),
    );
    return whole;
  });
}
