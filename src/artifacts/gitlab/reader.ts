import readerText from "../../../templates/gitlab/reader.sh";
import type { Plan } from "../../plan/index.ts";
import { header } from "../text/header.ts";
import { printYaml } from "../text/yaml.ts";

export const READER_JOB = ".vault-reader";

/** The hidden job with the functions that log in and read. The same text for every manifest. */
export function readerFragment(plan: Plan): string {
  const top = [
    header(plan.manifest),
    "",
    "The functions that log a job in and read its secrets. Each environment's `before_script` begins with",
    `\`!reference [${READER_JOB}, script]\` and then lists what to read.`,
  ];
  return printYaml(top.join("\n"), [{ key: READER_JOB, value: { script: [readerText] } }]);
}
