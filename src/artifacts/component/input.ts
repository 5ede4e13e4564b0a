import type { JobValue } from "../../plan/index.ts";
import { code, md } from "../text/quote.ts";

/** One input of a CI/CD component, in the words of `spec: inputs`. All of ours are strings. */
export interface Input {
  readonly description: string;
  /** Absent: the input is required. */
  readonly default?: string;
  /** What the whole value must be (RE2, anchored), since GitLab pastes inputs into scripts as they are. */
  readonly regex?: string;
  readonly options?: readonly string[];
}

export type Inputs = Readonly<Record<string, Input>>;

/** The value of `spec:`. */
export function specOf(inputs: Inputs): JobValue {
  return {
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { description, ...input }]) => [
        name,
        { description, type: "string", ...input },
      ]),
    ),
  };
}

/** The place of an input in a template. */
export const input = (name: string): string => `$[[ inputs.${name} ]]`;

/** A Markdown table for a README: what each input means, what it is by default, what it may be. */
export function inputTable(inputs: Inputs): string {
  const rows = Object.entries(inputs).map(([name, { description, default: preset, options }]) => [
    code(name),
    sentence(description),
    preset === undefined ? "**required**" : preset === "" ? "empty" : code(preset),
    options === undefined ? "" : options.map(code).join(", "),
  ]);
  const all = [["input", "meaning", "default", "one of"], ["---", "---", "---", "---"], ...rows];
  return `${all.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

/** Backticks in descriptions are meant as code. */
function sentence(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? code(part.slice(1, -1)) : md(part)))
    .join("");
}
