import renderChangelog from "../../../templates/component/CHANGELOG.md.hbs";
import renderLicense from "../../../templates/component/LICENSE.hbs";
import renderReadme from "../../../templates/component/README.md.hbs";
import renderPipeline from "../../../templates/component/gitlab-ci.yml.hbs";
import type { EnvironmentPlan, Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { inputTable } from "./input.ts";
import { CURL_IMAGE, JOB_INPUTS } from "./job-inputs.ts";

/** What a component project needs beside its template, to be tested, released and understood. Written once. */
export function emitProject(plan: Plan, folder: string): readonly Artifact[] {
  const environments = plan.environments.map((environment) => ({
    job: environment.hiddenJob,
    where: environment.roles.map(({ because }) => because).join("; "),
    variables: variablesOf(environment),
  }));
  const view = {
    title: "Vault secrets",
    who: plan.who,
    address: plan.vault.url,
    manifest: plan.manifest,
    folder: plan.directory === "" ? folder : `${plan.directory}/${folder}`,
    first: environments[0]?.job ?? "",
    environments,
    table: inputTable(JOB_INPUTS).trimEnd().split("\n"),
    image: CURL_IMAGE,
  };
  const files = {
    ".gitlab-ci.yml": renderPipeline(view),
    "CHANGELOG.md": renderChangelog(view),
    LICENSE: renderLicense(view),
    "README.md": renderReadme(view),
  };
  return Object.entries(files).map(([name, text]) => ({
    path: `${folder}/${name}`,
    text,
    ownership: "scaffold",
  }));
}

function variablesOf({ reads }: EnvironmentPlan): readonly string[] {
  return reads.flatMap(({ takes }) =>
    takes.map(({ variable, as }) => (as === "all" ? `${variable}…` : variable)),
  );
}
