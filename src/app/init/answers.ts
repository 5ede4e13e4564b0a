import { posix } from "node:path";
import type { Fact, NewProject, Template } from "../../artifacts/index.ts";
import type { Host } from "../../host/index.ts";
import { readAsset } from "../../host/index.ts";
import { type Ask, askAll } from "./ask.ts";
import { type GitFacts, readGit } from "./git.ts";
import {
  FLAGS,
  type InitOptions,
  known,
  parseEnvironments,
  parseMounts,
  parseProjectId,
  parseSecrets,
  parseServices,
  type Parsed,
  placeholder,
  PLACEHOLDERS,
  REQUIRED,
} from "./options.ts";
import { guessServices, guessTemplate } from "./surroundings.ts";

/** Either what the project is, or why that cannot be said: lines for the user. */
export type Answers = { readonly project: NewProject } | { readonly faults: readonly string[] };

export const MANIFEST = "ci-vault.yml";

const ENVIRONMENTS: Readonly<Record<Template, string>> = {
  service: "staging=default-branch,production=protected-tags",
  monorepo: "staging=default-branch,production=protected-tags",
  library: "release=protected-tags",
  component: "test=default-branch",
};
const EXAMPLES: Readonly<Record<Template, readonly [string, string]>> = {
  service: ["DB_PASSWORD", "db#password"],
  monorepo: ["DB_PASSWORD", "db#password"],
  library: ["PUBLISH_TOKEN", "registry#token"],
  component: ["API_TOKEN", "api#token"],
};

/** Flags first, then what Git knows, then questions on a terminal; `--yes` takes what is left as it is guessed. */
export async function collect(host: Host, root: string, options: InitOptions): Promise<Answers> {
  const git = readGit(host, root, options.gitlabUrl);
  const lacking = options.fromGit === true ? faultOfGit(git, options) : undefined;
  if (lacking !== undefined) return { faults: [lacking] };
  const given = options.fromGit === true ? withGit(options, git) : options;

  let answered: InitOptions | undefined = given;
  if (given.yes !== true) {
    if (host.isTerminal.in && host.isTerminal.err) {
      answered = await askAll(await host.prompts(), guesses(host, root, given, git));
      if (answered === undefined) return { faults: ["given up: nothing was written"] };
    } else {
      const missing = REQUIRED.filter((key) => given[key] === undefined).map((key) => FLAGS[key]);
      if (missing.length > 0)
        return {
          faults: [
            `there is no terminal to ask on: pass ${missing.join(", ")}`,
            "or --yes to begin with placeholders",
          ],
        };
    }
  }
  return assemble(host, root, answered, git);
}

function faultOfGit(git: GitFacts | undefined, options: InitOptions): string | undefined {
  if (git === undefined) return "--from-git: there is no Git repository in this folder";
  if (git.remote !== undefined) return undefined;
  if (options.gitlabUrl !== undefined && options.projectPath !== undefined) return undefined;
  const names =
    git.remotes.length === 0
      ? "there is no remote"
      : `remotes: ${git.remotes.map((name) => JSON.stringify(name)).join(", ")}`;
  return `--from-git: no remote names a project of a GitLab (${names}); pass --gitlab-url and --project-path`;
}

function withGit(options: InitOptions, git: GitFacts | undefined): InitOptions {
  return {
    ...options,
    gitlabUrl: options.gitlabUrl ?? git?.remote?.url,
    projectPath: options.projectPath ?? git?.remote?.path,
    defaultBranch: options.defaultBranch ?? git?.defaultBranch,
  };
}

/** What a question begins with. */
function guesses(host: Host, root: string, options: InitOptions, git: GitFacts | undefined): Ask {
  const template = (answer: InitOptions) => answer.template ?? guessTemplate(host, root);
  return {
    given: options,
    template: guessTemplate(host, root),
    gitlabUrl: git?.remote?.url,
    projectPath: git?.remote?.path,
    defaultBranch: git?.defaultBranch ?? "main",
    services: guessedServices(host, root).join(","),
    environments: (answer) => ENVIRONMENTS[template(answer)],
    secrets: (answer) => exampleSecret(template(answer), nameOf(answer.projectPath ?? posix.basename(root))),
  };
}

function guessedServices(host: Host, root: string): readonly string[] {
  const found = guessServices(host, root);
  return found.length > 0 ? found : ["services/api", "services/web"];
}

function exampleSecret(template: Template, name: string): string {
  const [variable, field] = EXAMPLES[template];
  return `${variable}=secret/${name}/{environment}/${field}`;
}

/** The last segment, as part of paths and file names. */
function nameOf(path: string): string {
  const last = path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "");
  return last === "" ? "project" : last;
}

function assemble(host: Host, root: string, options: InitOptions, git: GitFacts | undefined): Answers {
  const faults: string[] = [];
  const take = <T>(flag: string, parsed: Parsed<T>, otherwise: T): T => {
    if ("value" in parsed) return parsed.value;
    faults.push(`${flag}: ${parsed.fault}`);
    return otherwise;
  };
  const folder = nameOf(posix.basename(root));
  const fact = (key: (typeof REQUIRED)[number], guess?: string): Fact => {
    const value = options[key] ?? guess;
    return value === undefined ? PLACEHOLDERS[key](folder) : known(value);
  };
  const template = options.template ?? guessTemplate(host, root);
  const projectPath = fact("projectPath", git?.remote?.path);
  const name = nameOf(projectPath.value);
  const branch = options.defaultBranch ?? git?.defaultBranch;
  const services =
    options.services !== undefined
      ? take("--services", parseServices(options.services), [])
      : template === "monorepo"
        ? guessedServices(host, root)
        : [];
  if (services.length > 0 && template !== "monorepo")
    faults.push("--services: belongs to --template monorepo");
  const environments = take(
    "--environments",
    parseEnvironments(options.environments ?? ENVIRONMENTS[template]),
    [],
  );
  const secrets = take("--secrets", parseSecrets(options.secrets ?? [exampleSecret(template, name)]), []);
  const owners = options.owners ?? `@${projectPath.value.replace(/^\/+/, "").split("/")[0]}`;
  if (!/^[@\w][\w@./ -]*$/.test(owners))
    faults.push("--owners: users or groups as CODEOWNERS names them, for example @mygroup");
  const project: NewProject = {
    template,
    manifest: MANIFEST,
    name,
    gitlabUrl: fact("gitlabUrl", git?.remote?.url),
    projectId:
      options.projectId === undefined
        ? fact("projectId")
        : known(take("--project-id", parseProjectId(options.projectId), "")),
    projectPath,
    defaultBranch: branch === undefined ? placeholder("main") : known(branch),
    vaultUrl: fact("vaultUrl"),
    environments: perService(environments, services),
    secrets,
    mounts: options.mounts === undefined ? [] : take("--mounts", parseMounts(options.mounts), []),
    services,
    owners,
    schema: readAsset(host, "schema.json"),
  };
  return faults.length > 0 ? { faults } : { project };
}

/** Each part of a monorepo gets its own environments, so that the job of one cannot read the secrets of another. */
function perService(
  environments: readonly Pick<NewProject["environments"][number], "name" | "refs">[],
  services: readonly string[],
): NewProject["environments"] {
  if (services.length === 0)
    return environments.map((one) => ({ ...one, gitlab: one.name, service: undefined }));
  return services.flatMap((service) => {
    const name = service.slice(service.lastIndexOf("/") + 1);
    return environments.map((one) => ({
      ...one,
      name: `${name}-${one.name}`,
      gitlab: `${name}/${one.name}`,
      service,
    }));
  });
}
