import { type Fact, type NewRef, type Template } from "../../artifacts/index.ts";

/** The flags of `init`: one for each question. */
export interface InitOptions {
  readonly template?: Template | undefined;
  readonly gitlabUrl?: string | undefined;
  readonly projectPath?: string | undefined;
  readonly projectId?: string | undefined;
  readonly defaultBranch?: string | undefined;
  readonly vaultUrl?: string | undefined;
  readonly environments?: string | undefined;
  readonly secrets?: readonly string[] | undefined;
  readonly mounts?: string | undefined;
  readonly services?: string | undefined;
  readonly owners?: string | undefined;
  readonly fromGit?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** Answers that nobody can guess. Without them, and without a terminal to ask, `--yes` has to be said. */
export const REQUIRED = ["gitlabUrl", "projectPath", "projectId", "vaultUrl"] as const;
export type Required = (typeof REQUIRED)[number];

export const FLAGS: Readonly<Record<Required, string>> = {
  gitlabUrl: "--gitlab-url",
  projectPath: "--project-path",
  projectId: "--project-id",
  vaultUrl: "--vault-url",
};

/** GitLab counts projects from 1; none will ever have this one, so nothing can log in by a role that binds it. */
const NO_PROJECT = String(Number.MAX_SAFE_INTEGER);

/** Reserved names (RFC 2606) and an id of nobody: a placeholder that is forgotten opens nothing. */
export const PLACEHOLDERS: Readonly<Record<Required, (folder: string) => Fact>> = {
  gitlabUrl: () => placeholder("https://gitlab.example.com"),
  projectPath: (folder) => placeholder(`mygroup/${folder}`),
  projectId: () => placeholder(NO_PROJECT),
  vaultUrl: () => placeholder("https://vault.example.com:8200"),
};

export const placeholder = (value: string): Fact => ({ value, isPlaceholder: true });
export const known = (value: string): Fact => ({ value, isPlaceholder: false });

/** What an answer is, or a sentence about what is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly fault: string };

export function parseProjectId(text: string): Parsed<string> {
  return /^[1-9][0-9]{0,15}$/.test(text)
    ? { value: text }
    : { fault: "the project id is the number under Settings > General, for example 22" };
}

export interface EnvironmentAnswer {
  readonly name: string;
  readonly refs: readonly NewRef[];
}

const WORDS = ["default-branch", "protected-branches", "protected-tags", "merge-requests"];
const REF_HELP = `a ref is ${WORDS.join(", ")}, or [protected-]branch:PATTERN, [protected-]tag:PATTERN; + joins several`;

/** `staging=default-branch,production=protected-tags`, `review=branch:release-*+merge-requests`. */
export function parseEnvironments(text: string): Parsed<readonly EnvironmentAnswer[]> {
  const environments: EnvironmentAnswer[] = [];
  for (const part of text.split(",")) {
    const [, name, refs] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined || refs === undefined)
      return { fault: `environments are written NAME=REF,NAME=REF; ${REF_HELP}` };
    const parsed = refs.split("+").map(parseRef);
    if (parsed.includes(undefined)) return { fault: `${name} has a ref that is none; ${REF_HELP}` };
    environments.push({ name, refs: parsed.filter((ref) => ref !== undefined) });
  }
  const names = environments.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? { value: environments } : { fault: `the environment ${twice} is there twice` };
}

function parseRef(text: string): NewRef | undefined {
  if (WORDS.includes(text)) return { word: text };
  const [, guard, kind, pattern] = /^(protected-)?(branch|tag):(.+)$/.exec(text) ?? [];
  if (pattern === undefined) return undefined;
  return { kind: kind === "tag" ? "tag" : "branch", pattern, isProtected: guard !== undefined };
}

export interface SecretAnswer {
  readonly name: string;
  readonly reference: string;
}

/** Never quotes what it cannot read: somebody will type the secret itself. */
export function parseSecrets(words: readonly string[]): Parsed<readonly SecretAnswer[]> {
  const secrets: SecretAnswer[] = [];
  for (const word of words) {
    const [, name, reference] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/.exec(word) ?? [];
    if (
      name === undefined ||
      reference === undefined ||
      !/^[^#\p{Cc}]+\/[^#\p{Cc}]+#[^#\p{Cc}]+$/u.test(reference)
    )
      return { fault: "a secret is written NAME=mount/path#field, and never with its value" };
    if (secrets.some((one) => one.name === name)) return { fault: `the secret ${name} is there twice` };
    secrets.push({ name, reference });
  }
  return secrets.length > 0
    ? { value: secrets }
    : { fault: "there has to be a secret: NAME=mount/path#field" };
}

/** `secret=kv-v2,kv=kv-v1`. */
export function parseMounts(text: string): Parsed<readonly { path: string; engine: string }[]> {
  const mounts = text.split(",").map((part) => /^\s*([^=\s]+)=([a-z0-9-]+)\s*$/.exec(part));
  return mounts.includes(null)
    ? { fault: "mounts are written MOUNT=ENGINE,MOUNT=ENGINE, for example secret=kv-v2" }
    : { value: mounts.map((match) => ({ path: match?.[1] ?? "", engine: match?.[2] ?? "" })) };
}

/** Folders of the repository, `services/api,services/web`. */
export function parseServices(text: string): Parsed<readonly string[]> {
  const folders = text.split(",").map((folder) => folder.trim().replace(/^\.\/|\/+$/g, ""));
  const isPlain = (folder: string) =>
    /^[A-Za-z0-9_][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)*$/.test(folder) && !folder.includes("..");
  const last = folders.map((folder) => folder.slice(folder.lastIndexOf("/") + 1));
  if (!folders.every(isPlain))
    return { fault: "services are folders of the repository: services/api,services/web" };
  return new Set(last).size === last.length
    ? { value: folders }
    : { fault: "two services have the same name" };
}
