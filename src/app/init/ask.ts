import { type Template, TEMPLATES } from "../../artifacts/index.ts";
import type { Prompts } from "../../host/index.ts";
import {
  type InitOptions,
  parseEnvironments,
  parseProjectId,
  parseSecrets,
  parseServices,
  type Parsed,
} from "./options.ts";

/** What is known already, and what each question begins with. */
export interface Ask {
  readonly given: InitOptions;
  readonly template: Template;
  readonly gitlabUrl: string | undefined;
  readonly projectPath: string | undefined;
  readonly defaultBranch: string;
  readonly services: string;
  readonly environments: (answers: InitOptions) => string;
  readonly secrets: (answers: InitOptions) => string;
}

const HINTS: Readonly<Record<Template, string>> = {
  service: "build, test, deploy per environment",
  library: "build, test, publish",
  monorepo: "several services, each with its own secrets",
  component: "a CI/CD Catalog component that tests itself",
};

/** Asks what the flags left open. Undefined when the person gave up. */
export async function askAll(prompts: Prompts, ask: Ask): Promise<InitOptions | undefined> {
  let answers = ask.given;
  /** An empty answer where `mayWait`: a placeholder then stands in its place. */
  const text = async (
    key:
      "gitlabUrl" | "projectPath" | "projectId" | "defaultBranch" | "vaultUrl" | "services" | "environments",
    message: string,
    initial: string | undefined,
    check: (answer: string) => string | undefined,
  ): Promise<boolean> => {
    if (answers[key] !== undefined) return true;
    const answer = await prompts.text({ message, initial, check });
    if (answer !== undefined && answer !== "") answers = { ...answers, [key]: answer };
    return answer !== undefined;
  };

  if (answers.template === undefined) {
    const options = TEMPLATES.map((value) => ({ value, hint: HINTS[value] }));
    const template = await prompts.choose({
      message: "What kind of project?",
      options,
      initial: ask.template,
    });
    if (template === undefined) return undefined;
    answers = { ...answers, template: TEMPLATES.find((one) => one === template) };
  }
  const secrets = async (): Promise<boolean> => {
    if (answers.secrets !== undefined) return true;
    const check = (answer: string) => faultOf(parseSecrets(words(answer)));
    const answer = await prompts.text({
      message: "Secrets: NAME=mount/path#field, blanks between them",
      initial: ask.secrets(answers),
      check,
    });
    if (answer !== undefined) answers = { ...answers, secrets: words(answer) };
    return answer !== undefined;
  };
  const done =
    (await text("gitlabUrl", "Address of your GitLab", ask.gitlabUrl, isAddressOrLater)) &&
    (await text("projectPath", "Path of the project, with its groups", ask.projectPath, () => undefined)) &&
    (await text("projectId", "Project id (Settings > General); empty: later", undefined, (answer) =>
      answer === "" ? undefined : faultOf(parseProjectId(answer)),
    )) &&
    (await text("defaultBranch", "Default branch", ask.defaultBranch, isNeeded)) &&
    (await text(
      "vaultUrl",
      "Address of Vault or OpenBao, as jobs reach it; empty: later",
      undefined,
      isAddressOrLater,
    )) &&
    (answers.template !== "monorepo" ||
      (await text("services", "Folders of the services", ask.services, (answer) =>
        faultOf(parseServices(answer)),
      ))) &&
    (await text(
      "environments",
      "Environments, and from which refs each may be read",
      ask.environments(answers),
      (answer) => faultOf(parseEnvironments(answer)),
    )) &&
    (await secrets());
  return done ? answers : undefined;
}

const words = (answer: string) => answer.split(/\s+/).filter((word) => word !== "");
const isNeeded = (answer: string) => (answer === "" ? "this has to be known" : undefined);

function isAddressOrLater(answer: string): string | undefined {
  return answer === "" || /^https?:\/\/[^\s/@]+(?:\/[^\s@]*)?$/.test(answer)
    ? undefined
    : "an address begins with https:// and carries no user name or password";
}

function faultOf(parsed: Parsed<unknown>): string | undefined {
  return "fault" in parsed ? parsed.fault : undefined;
}
