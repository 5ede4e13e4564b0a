import { type Entry, printYaml } from "../text/yaml.ts";
import { type Inputs, specOf } from "./input.ts";

/**
 * The text of a component's template: `spec:` in a document of its own, then the jobs. Comments stand above each, none
 * between: GitLab splits the file at the line that begins with three hyphens, and takes two documents at most.
 */
export function componentText(
  top: string,
  inputs: Inputs,
  about: string,
  jobs: readonly Entry[],
  shared?: Readonly<Record<string, string>>,
): string {
  const head = printYaml(top, [{ key: "spec", value: specOf(inputs) }]);
  return `${head}---\n${printYaml(about, jobs, shared)}`;
}
