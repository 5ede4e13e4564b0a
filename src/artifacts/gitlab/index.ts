import type { Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { header } from "../text/header.ts";
import { printYaml } from "../text/yaml.ts";
import { environmentFragment } from "./environment.ts";
import { readerFragment } from "./reader.ts";

/** The GitLab half: one entry file to include, the reader, and a fragment per environment. */
export function emitGitlab(plan: Plan): readonly Artifact[] {
  const fragments = plan.environments.map((environment) => ({
    path: `gitlab/environments/${environment.name}.yml`,
    text: environmentFragment(plan, environment),
  }));
  const files = [{ path: "gitlab/reader.yml", text: readerFragment(plan) }, ...fragments];
  const root = plan.directory === "" ? "" : `/${plan.directory}`;
  const top = [
    header(plan.manifest),
    "",
    "In your .gitlab-ci.yml:",
    "  include:",
    `    - local: ${root}/gitlab/main.yml`,
  ];
  const entry = printYaml(top.join("\n"), [
    { key: "include", value: files.map(({ path }) => ({ local: `${root}/${path}` })) },
  ]);
  return [{ path: "gitlab/main.yml", text: entry }, ...files].map((file) => ({
    ...file,
    ownership: "generated",
  }));
}
