import { atValue, type Diagnostic, report } from "../../diagnostics/index.ts";
import type { JobValue, Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { hiddenJob } from "../gitlab/environment.ts";
import { READER } from "../gitlab/reader.ts";
import { header } from "../text/header.ts";
import { line } from "../text/quote.ts";
import type { Entry } from "../text/yaml.ts";
import { input } from "./input.ts";
import { JOB_INPUTS } from "./job-inputs.ts";
import { emitProject } from "./project.ts";
import { componentText } from "./template.ts";

/** Where the component project lies below the output folder. */
const FOLDER = "component";

/** A CI/CD component with the manifest's environments in it, and the project around it, complete but for its name. */
export function emitComponent(plan: Plan): readonly Artifact[] {
  const template: Artifact = {
    path: `${FOLDER}/templates/vault/template.yml`,
    text: templateText(plan),
    ownership: "generated",
  };
  return [template, ...emitProject(plan, FOLDER)];
}

/** In a file with inputs, GitLab replaces `$[[ … ]]` wherever it stands, or refuses the file. */
export function componentLimits(plan: Plan): readonly Diagnostic[] {
  return plan.environments
    .filter((environment) => holdsBlock(hiddenJob(plan, environment, "")))
    .map(({ name, origin }) =>
      report(
        "artifacts/component-value",
        atValue(origin),
        `GitLab would take a text of \`${name}\` for the place of an input`,
        {
          notes: ["a component has inputs, and in such a file `$[[` begins the place of one"],
          help: "write the text without `$[[`, or use the target `gitlab`",
        },
      ),
    );
}

function holdsBlock(value: JobValue): boolean {
  if (typeof value === "string") return value.includes("$[[");
  return typeof value === "object" && value !== null && Object.values(value).some(holdsBlock);
}

function templateText(plan: Plan): string {
  const prefix = `.${input("job_prefix")}`;
  const jobs: Entry[] = [{ key: `${prefix}vault-reader`, value: { script: [READER] } }];
  for (const environment of plan.environments) {
    jobs.push({
      key: `${prefix}${environment.hiddenJob.slice(1)}`,
      comment: line(
        `${environment.name}: ${environment.roles.map(({ because }) => because).join("; or ")}, of ${plan.who}.`,
      ),
      value: {
        stage: input("stage"),
        image: `${input("image")}${input("image_digest")}`,
        // Not a `!reference`: GitLab puts no inputs into those, and the reader's job bears the prefix.
        ...hiddenJob(plan, environment, READER),
      },
    });
  }
  const top = [
    header(plan.manifest),
    "",
    `Jobs that read the secrets of ${line(plan.who)}: README.md says how to use them.`,
  ];
  return componentText(top.join("\n"), JOB_INPUTS, "Each hidden job logs in and reads.", jobs, {
    reader: READER,
  });
}
