import renderBuild from "../../../templates/scaffold/build.sh.hbs";
import renderComponentPipeline from "../../../templates/scaffold/component-pipeline.yml.hbs";
import renderComponent from "../../../templates/scaffold/component.yml.hbs";
import renderPipeline from "../../../templates/scaffold/pipeline.yml.hbs";
import renderTest from "../../../templates/scaffold/test.sh.hbs";
import renderUse from "../../../templates/scaffold/use.sh.hbs";
import type { NewProject, Surroundings } from "./project.ts";

/** What the jobs with secrets do, by template. */
const VERBS = { service: "deploy", monorepo: "deploy", library: "publish", component: "integrate" } as const;

/** The pipeline and the scripts it runs, by path: jobs that work as they are, to be filled with the project's own. */
export function pipelineFiles(
  project: NewProject,
  surroundings: Surroundings,
): Readonly<Record<string, string>> {
  const verb = VERBS[project.template];
  const jobs = project.environments.map(({ name, service, gitlab }) => ({
    name: service === undefined ? `${verb}:${name}` : `${verb}:${gitlab.replace("/", ":")}`,
    hidden: hiddenJob(name),
    // GitLab takes no blanks in the name of a resource group.
    group: name,
    command: ["sh", `ci/${verb}.sh`, name, ...(service === undefined ? [] : [service])].join(" "),
  }));
  const include = includePath();
  const scripts = { [`ci/${verb}.sh`]: renderUse({ verb, secrets: project.secrets }) };
  if (project.template === "component") {
    // The first one in the folder is ours; in a project that has components the pipeline tests one by its author's choice.
    const component = {
      name: "component",
      component: `$CI_SERVER_FQDN/$CI_PROJECT_PATH/${project.name}@$CI_COMMIT_SHA`,
    };
    const template = surroundings.hasComponents
      ? {}
      : { [`templates/${project.name}/template.yml`]: renderComponent(component) };
    return {
      ".gitlab-ci.yml": renderComponentPipeline({
        include,
        component: component.component,
        isTested: !surroundings.hasComponents,
        jobs,
      }),
      ...template,
      ...scripts,
    };
  }
  const isSplit = project.services.length > 0;
  return {
    ".gitlab-ci.yml": renderPipeline({ include, verb, parts: partsOf(project.services), jobs }),
    "ci/build.sh": renderBuild({ isSplit }),
    "ci/test.sh": renderTest({ isSplit }),
    ...scripts,
    // A folder that is built has to exist.
    ...Object.fromEntries(surroundings.missingServices.map((folder) => [`${folder}/.gitkeep`, ""])),
  };
}

function partsOf(services: readonly string[]): readonly object[] {
  const part = (name: string, folder: string) => ({
    folder,
    changes: `${folder}/**/*`,
    build: name === "" ? "build" : `build:${name}`,
    test: name === "" ? "test" : `test:${name}`,
    buildCommand: `sh ci/build.sh ${folder}`.trim(),
    testCommand: `sh ci/test.sh ${folder}`.trim(),
  });
  if (services.length === 0) return [part("", "")];
  return services.map((folder) => part(folder.slice(folder.lastIndexOf("/") + 1), folder));
}

/** As the generated half names it. */
export const hiddenJob = (environment: string) => `.vault:${environment}`;

/** The generator's default folder; the scaffolded manifest does not change it. */
export const OUTPUT = "ci-vault";
export const includePath = () => `/${OUTPUT}/gitlab/main.yml`;
