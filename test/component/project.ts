import { parseDocument } from "yaml";

import { makeProject } from "../support/gitlab/project.ts";
import { COMPONENTS, templateOf } from "./catalog.ts";
import { interpolate } from "./interpolate.ts";

/** The remote that test projects have: the components are served from the project itself, at the commit that runs. */
const SELF = "$CI_SERVER_FQDN/mygroup/myproject";

interface Include {
  readonly component?: string;
  readonly local?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** An example's text with the components of this checkout in the place of released ones, and a server on loopback. */
export function here(example: string, vaultUrl = "https://vault.example.com:8200"): string {
  return example
    .replaceAll(/\$CI_SERVER_FQDN\/[\w/-]+\/(vault-\w+)@v[\d.]+/g, `${SELF}/$1@$CI_COMMIT_SHA`)
    .replaceAll("https://vault.example.com:8200", vaultUrl);
}

/** The components at the places that GitLab serves them from. */
const TEMPLATES = Object.fromEntries(
  COMPONENTS.map((name) => [`templates/${name}/template.yml`, templateOf(name)]),
);

type Files = Readonly<Record<string, string>>;

/** A repository with the components and a pipeline that includes them, as a program that expands them wants it. */
export function componentProject(pipeline: string, files: Files = {}): Promise<string> {
  return makeProject({ ...TEMPLATES, ".gitlab-ci.yml": pipeline, ...files });
}

/** The same repository with the includes of its pipeline expanded by our own interpolation. */
export async function expandedProject(
  pipeline: string,
  files: Files = {},
): Promise<{ readonly dir: string; readonly parts: readonly Record<string, unknown>[] }> {
  const document = parseDocument(pipeline);
  const includes = (document.toJS() as { include: readonly Include[] }).include;
  const all: Files = { ...TEMPLATES, ...files };
  const parts = includes.map((include) => interpolate(all[pathOf(include)] ?? "", include.inputs));
  // JSON is YAML, but for `!reference`, which stands in the including file only.
  const expanded = parts.map((part, index) => [`expanded/${index}.yml`, JSON.stringify(part)] as const);
  document.set(
    "include",
    expanded.map(([path]) => ({ local: `/${path}` })),
  );
  const dir = await makeProject({
    ...files,
    ...Object.fromEntries(expanded),
    ".gitlab-ci.yml": String(document),
  });
  return { dir, parts };
}

function pathOf({ component, local }: Include): string {
  if (local !== undefined) return local.replace(/^\//, "");
  const name = /\/([\w-]+)@[^@]+$/.exec(component ?? "")?.[1];
  return `templates/${name}/template.yml`;
}
