import readerText from "../../../templates/gitlab/reader.sh";
import answers from "../../../templates/gitlab/reader/answers.awk";
import cli from "../../../templates/gitlab/reader/cli.sh";
import clients from "../../../templates/gitlab/reader/clients.sh";
import folder from "../../../templates/gitlab/reader/folder.sh";
import json from "../../../templates/gitlab/reader/json.awk";
import renderProgram from "../../../templates/gitlab/reader/render.awk";
import render from "../../../templates/gitlab/reader/render.sh";
import values from "../../../templates/gitlab/reader/values.awk";
import verdicts from "../../../templates/gitlab/reader/verdicts.awk";
import type { Plan } from "../../plan/index.ts";
import { header } from "../text/header.ts";
import { printYaml } from "../text/yaml.ts";

export const READER_JOB = ".vault-reader";

const parts: Readonly<Record<string, string>> = {
  "answers.awk": answers,
  "cli.sh": cli,
  "clients.sh": clients,
  "folder.sh": folder,
  "json.awk": json,
  "render.awk": renderProgram,
  "render.sh": render,
  "values.awk": values,
  "verdicts.awk": verdicts,
};

/** The functions of the reader as one text. The awk programs stand between single quotes in it, so they hold none. */
export const READER: string = withParts(readerText);

function withParts(text: string): string {
  return text.replaceAll(/^#include reader\/(\S+)\n/gm, (_, name: string) => {
    const part = parts[name];
    if (part === undefined || (name.endsWith(".awk") && part.includes("'")))
      throw new Error(`reader/${name} cannot be included`);
    return withParts(part);
  });
}

/** The hidden job with the functions that log in and read. The same text for every manifest. */
export function readerFragment(plan: Plan): string {
  const top = [
    header(plan.manifest),
    "",
    "The functions that log a job in and read its secrets. Each environment's `before_script` begins with",
    `\`!reference [${READER_JOB}, script]\` and then lists what to read.`,
  ];
  return printYaml(top.join("\n"), [{ key: READER_JOB, value: { script: [READER] } }]);
}
