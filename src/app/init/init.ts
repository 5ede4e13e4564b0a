import { posix } from "node:path";
import { manifestText, type NewProject, scaffold, type Scaffold } from "../../artifacts/index.ts";
import { hasErrors } from "../../diagnostics/index.ts";
import { apply, type Change, type ChangeSet, compare, placeScaffolds, renderDiff } from "../../disk/index.ts";
import type { Host } from "../../host/index.ts";
import { compile } from "../compile.ts";
import { generate } from "../generate.ts";
import { type ExitCode, tell } from "../report.ts";
import { collect, MANIFEST } from "./answers.ts";
import { firstLook } from "./first-look.ts";
import type { InitOptions } from "./options.ts";
import { closing, type Left } from "./say.ts";
import { look } from "./surroundings.ts";

/**
 * `ci-vault-gen init [FOLDER]`: a manifest and what belongs around it, generates from it, and shows who can read what.
 * Writes only where nothing stands; for files that somebody wrote it prints a patch, the only thing on stdout.
 */
export async function init(
  host: Host,
  folder: string | undefined,
  options: InitOptions = {},
): Promise<ExitCode> {
  const root = posix.resolve(host.cwd, folder ?? ".");
  const refuse = (...lines: readonly string[]): ExitCode => {
    host.err(lines.map((line, index) => `${index === 0 ? "init: " : "      "}${line}\n`).join(""));
    return 2;
  };
  const manifest = posix.relative(host.cwd, posix.join(root, MANIFEST));
  if (host.kind(posix.join(root, MANIFEST)) !== "absent")
    return refuse(`${manifest} exists, so there is nothing to begin; to generate: ci-vault-gen ${manifest}`);
  const above = repositoryAbove(host, root);
  if (above !== undefined)
    return refuse(
      "this folder lies inside a repository, and GitLab reads its files at the root only",
      `run it there: ci-vault-gen init ${posix.relative(host.cwd, above) || "."}`,
    );

  const answers = await collect(host, root, options);
  if ("faults" in answers) return refuse(...answers.faults);
  const { project } = answers;
  const around = look(host, root, project.services);
  // A pipeline that exists enters GitLab environments by names of its own, or none: the role must not insist on ours.
  const fitting: NewProject = around.hasPipeline
    ? { ...project, environments: project.environments.map((one) => ({ ...one, gitlab: "" })) }
    : project;
  if (!isSound(host, root, manifest, fitting)) return 2;

  const files = scaffold(fitting, around);
  const placed = placeScaffolds(
    host,
    root,
    files.map(({ artifact }) => artifact),
  );
  tell(host, placed.diagnostics, undefined, "human");
  if (placed.value === undefined) return 2;
  const created = new Set(placed.value.changes.map(({ path }) => path));
  const { patch, left } = mend(
    host,
    placed.value,
    files.filter(({ artifact }) => !created.has(artifact.path)),
  );
  write(host, placed.value);
  host.out(patch);
  const code = generate(host, manifest);
  if (code !== 0) return code;
  host.err(`\n${firstLook(host, manifest)}`);
  host.err(closing({ project: fitting, manifest, created, left, around }));
  return 0;
}

/** The root of a repository that the folder lies in without being its root itself. */
function repositoryAbove(host: Host, root: string): string | undefined {
  const isRoot = (folder: string) => host.kind(posix.join(folder, ".git")) !== "absent";
  if (isRoot(root)) return undefined;
  for (let folder = posix.dirname(root); ; folder = posix.dirname(folder)) {
    if (isRoot(folder)) return folder;
    if (folder === posix.dirname(folder)) return undefined;
  }
}

/** Goes through everything that could refuse the answers later, before the first byte is written. */
function isSound(host: Host, root: string, manifest: string, project: NewProject): boolean {
  const at = posix.join(root, MANIFEST);
  const text = new TextEncoder().encode(manifestText(project));
  const imagined: Host = {
    ...host,
    readFile: (path) => (path === at ? text : host.readFile(path)),
    kind: (path) => (path === at ? "file" : host.kind(path)),
  };
  const result = compile(imagined, manifest);
  const changes = result.value && compare(host, result.value.root, result.value.artifacts);
  const diagnostics = [...result.diagnostics, ...(changes?.diagnostics ?? [])];
  if (result.value !== undefined && !hasErrors(diagnostics)) return true;
  tell(host, diagnostics, result.source, "human");
  host.err("init: these answers make no manifest that works; nothing was written\n");
  return false;
}

/** For the files that stand already: a patch where one can be made, words where not. */
function mend(
  host: Host,
  set: ChangeSet,
  files: readonly Scaffold[],
): { patch: string; left: readonly Left[] } {
  const changes: Change[] = [];
  const left: Left[] = [];
  for (const { artifact, merge, byHand } of files) {
    const { path } = artifact;
    const at = posix.join(set.root, path);
    const before = host.kind(at) === "file" ? host.readFile(at) : undefined;
    const text = before && new TextDecoder("utf-8", { ignoreBOM: true }).decode(before);
    const after = text === undefined ? undefined : merge?.(text);
    if (before !== undefined && after !== undefined && after !== text)
      changes.push({ kind: "modify", path, ownership: "scaffold", before, after });
    if (after === undefined || after !== text)
      left.push({ path, isPatched: after !== undefined, byHand: byHand ?? [] });
  }
  return { patch: renderDiff({ ...set, changes }, { prefix: "" }), left };
}

/** The manifest last: it is what says «done», so that after an interruption `init` can run again. */
function write(host: Host, set: ChangeSet): void {
  const isLast = ({ path }: Change) => path === MANIFEST;
  apply(host, { ...set, changes: set.changes.filter((change) => !isLast(change)) });
  apply(host, { ...set, changes: set.changes.filter(isLast) });
}
