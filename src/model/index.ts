// In:  a `Manifest`, structurally sound.
// Out: a `Model`: defaults in, placeholders filled, names and paths checked; every item knows its `origin`.
// Does not know: roles, policies, rules, files.

import { atKey, atValue, checked, type Checked, type Diagnostic, report } from "../diagnostics/index.ts";
import type { Manifest } from "../manifest/index.ts";
import { readEnvironments } from "./environments.ts";
import { isPath, readGitlab, readToken } from "./gitlab.ts";
import { readJobs } from "./jobs.ts";
import type { Gitlab, Model, Outputs } from "./model.ts";
import { pathProblem, readMounts, unsafePath } from "./mounts.ts";
import { checkPrefix } from "./names.ts";
import { OWN_PROJECT } from "./placeholders.ts";
import { readVault } from "./vault.ts";

export { Reference } from "../manifest/index.ts";
export { isAtLeast } from "./gitlab.ts";
export { OWN_PROJECT } from "./placeholders.ts";
export type * from "./model.ts";

export function buildModel(manifest: Manifest): Checked<Model> {
  const found: Diagnostic[] = [];
  const gitlab = readGitlab(manifest, found);
  const vault = readVault(manifest, gitlab.url, found);
  const token = readToken(manifest, gitlab, vault.url, found);
  const mounts = readMounts(manifest.vault.mounts ?? { secret: "kv-v2" }, found);
  const environments = readEnvironments(
    manifest,
    { gitlab, mounts, tokenVariable: token.variable, placeholders: placeholdersOf(gitlab) },
    found,
  );
  const model: Model = {
    prefix: readPrefix(manifest, gitlab, found),
    gitlab,
    token,
    vault,
    environments,
    jobs: readJobs(manifest, environments, token.variable, found),
    outputs: readOutputs(manifest, found),
  };
  found.push(...ownProjectProblems(model));
  return checked(model, found);
}

function placeholdersOf({ scope }: Gitlab): {
  project: string | undefined;
  project_id: string | undefined;
  group: string | undefined;
} {
  if (scope.kind === "group") return { project: undefined, project_id: undefined, group: scope.group.path };
  const [only, ...more] = scope.projects;
  // Reported as such: a path that names the project is not a second mistake.
  if (only === undefined) return { project: "project", project_id: "0", group: "group" };
  const groups = new Set(scope.projects.map(({ path }) => path.split("/").slice(0, -1).join("/")));
  const group = groups.size === 1 ? [...groups][0] : undefined;
  if (more.length > 0) return { project: undefined, project_id: undefined, group };
  return { project: only.path.split("/").at(-1), project_id: only.id, group };
}

/**
 * Vault finds out which project a token belongs to by the name of its entity's alias, which is the user claim. Metadata
 * would not do: it is overwritten by the next login of the same alias, while older tokens still live.
 */
function ownProjectProblems({ environments, vault }: Model): readonly Diagnostic[] {
  return environments.flatMap((environment): readonly Diagnostic[] => {
    const secret = environment.secrets.find(({ path }) => path.includes(OWN_PROJECT));
    if (secret === undefined) return [];
    const place = atValue(secret.origin);
    const note = `\`${OWN_PROJECT}\` in a group's path is the project that runs the job`;
    const wrong = (message: string, help: string) =>
      report("model/unknown-placeholder", place, message, { notes: [note], help });
    if (vault.userClaim !== "project_id")
      return [wrong("Vault could not tell whose path this is", "set `vault.auth.user_claim: project_id`")];
    return environment.reader === "native"
      ? [wrong("the native reader cannot read this path", "use the reader `script` for this environment")]
      : [];
  });
}

/** `mygroup/myproject` -> `mygroup--myproject`: GitLab has no `--` in paths, so no two paths share a prefix. */
function readPrefix(manifest: Manifest, { scope }: Gitlab, found: Diagnostic[]): string {
  const path = scope.kind === "group" ? scope.group.path : (scope.projects[0]?.path ?? "");
  const name = manifest.name ?? path.replaceAll("/", "--").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  // A path that GitLab would not give was reported where it stands.
  if (!checkPrefix(name) && (manifest.name !== undefined || isPath(path))) {
    const place = manifest.name === undefined ? atKey(["gitlab"]) : atValue(["name"]);
    found.push(
      report("model/bad-name", place, "this cannot begin the name of a role", {
        notes: ["letters, digits, `.`, `_` and `-`; it begins and ends with a letter or digit"],
        help: "set `name:`, for example `name: myproject`",
      }),
    );
  }
  return name.toLowerCase();
}

function readOutputs(manifest: Manifest, found: Diagnostic[]): Outputs {
  const directory = manifest.outputs?.directory ?? "ci-vault";
  const clean = directory.replace(/^\.\//, "").replace(/\/$/, "");
  const problem = pathProblem(clean);
  if (problem !== undefined)
    found.push({
      ...unsafePath(problem, ["outputs", "directory"], "value"),
      help: "a folder below the manifest's, for example `ci-vault`",
    });
  return { directory: clean, targets: manifest.outputs?.targets ?? ["gitlab", "vault"] };
}
