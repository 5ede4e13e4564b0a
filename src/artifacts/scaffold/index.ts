import renderManifest from "../../../templates/scaffold/manifest.yml.hbs";
import renderSecrets from "../../../templates/scaffold/secrets.md.hbs";
import type { Artifact } from "../artifact.ts";
import { appendLines, insertItem } from "./merge.ts";
import { hiddenJob, includePath, OUTPUT, pipelineFiles } from "./pipeline.ts";
import type { NewProject, Surroundings } from "./project.ts";

export { type Fact, type NewEnvironment, type NewProject, type NewRef } from "./project.ts";
export { type Surroundings, type Template, TEMPLATES } from "./project.ts";

/** A file of a new project, written if nothing stands in its place. */
export interface Scaffold {
  readonly artifact: Artifact;
  /**
   * What a file that somebody wrote would have to be to do the same. The same text: nothing is missing. Undefined: its
   * form leaves that to its author, who gets `byHand`.
   */
  readonly merge?: (existing: string) => string | undefined;
  readonly byHand?: readonly string[];
}

/** The files of a new project. They are hers as soon as they are written: no header, no ledger. */
export function scaffold(project: NewProject, surroundings: Surroundings): readonly Scaffold[] {
  const { manifest } = project;
  const pipeline = surroundings.hasPipeline ? { ".gitlab-ci.yml": "" } : pipelineFiles(project, surroundings);
  const { ".gitlab-ci.yml": entry = "", ...scripts } = pipeline;
  const [include, hook] = [includeItem(), hookItem(manifest)];
  const attributes = [
    "# Generated: folded in merge requests, and the same bytes on every machine.",
    `/${OUTPUT}/** text eol=lf gitlab-generated linguist-generated`,
    `/${manifest} text eol=lf`,
  ];
  const owners = [
    "[Secrets]",
    "# Whoever changes these changes who may read secrets.",
    `/${manifest} ${project.owners}`,
    `/${OUTPUT}/ ${project.owners}`,
  ];
  const isOurInclude = (item: unknown) =>
    item === includePath() ||
    (isRecord(item) && String(item["local"]).replace(/^\/?/, "/") === includePath());
  const isOurHook = (repo: unknown) =>
    isRecord(repo) &&
    Array.isArray(repo["hooks"]) &&
    repo["hooks"].some((one) => isRecord(one) && one["id"] === HOOK);
  const files: readonly Scaffold[] = [
    file(manifest, manifestText(project)),
    file(schemaFile(manifest), project.schema),
    file("docs/secrets.md", secretsPage(project)),
    ...Object.entries(scripts).map(([path, text]) => file(path, text)),
    {
      ...file(".gitlab-ci.yml", entry),
      merge: (text) => insertItem(text, "include", include, isOurInclude),
      byHand: ["include:", ...include.map((line) => `  ${line}`)],
    },
    {
      ...file(".pre-commit-config.yaml", `repos:\n${hook.map((line) => `  ${line}\n`).join("")}`),
      merge: (text) => insertItem(text, "repos", hook, isOurHook),
      byHand: ["repos:", ...hook.map((line) => `  ${line}`)],
    },
    withLines(".gitattributes", attributes),
    withLines(surroundings.codeowners, owners),
  ];
  return files.toSorted((a, b) => (a.artifact.path < b.artifact.path ? -1 : 1));
}

const HOOK = "ci-vault-gen-check";

function file(path: string, text: string): Scaffold {
  return { artifact: { path, text, ownership: "scaffold" } };
}

function withLines(path: string, lines: readonly string[]): Scaffold {
  return { ...file(path, appendLines("", lines)), merge: (text) => appendLines(text, lines), byHand: lines };
}

function includeItem(): readonly string[] {
  return [`- local: ${includePath()}`];
}

/** A local hook: the tool is whatever `ci-vault-gen` the author has on the PATH. */
function hookItem(manifest: string): readonly string[] {
  const name = manifest.replaceAll(".", "\\.");
  return [
    "- repo: local",
    "  hooks:",
    `    - id: ${HOOK}`,
    "      name: generated CI and Vault files fit the manifest",
    `      entry: ci-vault-gen check ${manifest}`,
    "      language: system",
    "      pass_filenames: false",
    `      files: ^(${name}$|${OUTPUT}/)`,
  ];
}

/** The manifest alone: `init` tries it before anything is written. */
export function manifestText(project: NewProject): string {
  const { manifest, mounts } = project;
  const environments = project.environments.map((environment) => ({
    ...environment,
    refs: environment.refs.map((ref) => ({ word: "", kind: "", pattern: "", isProtected: false, ...ref })),
  }));
  return renderManifest({ ...project, environments, mounts, schemaFile: schemaFile(manifest) });
}

const schemaFile = (manifest: string) => manifest.replace(/\.ya?ml$/, ".schema.json");

function secretsPage(project: NewProject): string {
  const environments = project.environments.map(({ name }) => ({ name, hidden: hiddenJob(name) }));
  return renderSecrets({
    manifest: project.manifest,
    output: OUTPUT,
    secrets: project.secrets,
    environments,
    example: environments[0]?.hidden ?? "",
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
