import { atKey, atValue, type Diagnostic, report } from "../diagnostics/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { Gitlab, JobToken, Owner, Scope, Version } from "./model.ts";
import { checkPattern } from "./refs.ts";
import { readUrl } from "./urls.ts";

export function readGitlab(manifest: Manifest, found: Diagnostic[]): Gitlab {
  const { gitlab } = manifest;
  return {
    url: readUrl(gitlab.url, ["gitlab", "url"], found),
    scope: readScope(gitlab, found),
    defaultBranch: readDefaultBranch(gitlab.default_branch ?? "main", found),
    version: readVersion(gitlab.version ?? "17.0", found),
  };
}

/** One branch: a wildcard here would hand the secrets of `default-branch` to every branch it matches. */
function readDefaultBranch(name: string, found: Diagnostic[]): string {
  const route = ["gitlab", "default_branch"];
  if (!name.includes("*")) checkPattern(name, route, found);
  else {
    const help = "write the name of the one branch; patterns belong to `refs`, as `{ branch: PATTERN }`";
    const message = "the default branch is one branch, not a pattern";
    found.push(report("model/bad-pattern", atValue(route), message, { help }));
  }
  return name;
}

function readScope(gitlab: Manifest["gitlab"], found: Diagnostic[]): Scope {
  const given = (["project", "projects", "group"] as const).filter((key) => gitlab[key] !== undefined);
  if (given.length === 0) {
    found.push(
      report("model/no-project", atKey(["gitlab"]), "nothing says which project may log in", {
        notes: ["a role that is bound to no project can be used by every project of the GitLab instance"],
        help: "add `project: { id: 22, path: mygroup/myproject }`, `projects: [...]` or `group: { id, path }`",
      }),
    );
  }
  const [, second] = given;
  if (second !== undefined) {
    found.push(
      report(
        "model/no-project",
        atKey(["gitlab", second]),
        `\`${given.join("` and `")}\` contradict each other`,
        {
          help: "keep one: `project`, `projects` or `group`",
        },
      ),
    );
  }
  if (gitlab.group !== undefined)
    return { kind: "group", group: readOwner(gitlab.group, ["gitlab", "group"], found) };
  const projects =
    gitlab.projects?.map((project, index) => readOwner(project, ["gitlab", "projects", index], found)) ??
    (gitlab.project === undefined ? [] : [readOwner(gitlab.project, ["gitlab", "project"], found)]);
  const seen = new Map<string, number>();
  for (const [index, { id }] of projects.entries()) {
    const twin = seen.get(id);
    if (twin !== undefined) {
      found.push(
        report(
          "model/name-collision",
          atKey(["gitlab", "projects", index, "id"]),
          "this project is listed twice",
          {
            also: [{ place: atKey(["gitlab", "projects", twin, "id"]), text: "the other one" }],
            help: "keep one of them",
          },
        ),
      );
    }
    seen.set(id, index);
  }
  return { kind: "projects", projects };
}

function readOwner(
  owner: { id: string | number; path: string },
  route: (string | number)[],
  found: Diagnostic[],
): Owner {
  const path = owner.path.replace(/^\/|\/$/g, "");
  if (!isPath(path)) {
    found.push(
      report(
        "model/bad-name",
        atValue([...route, "path"]),
        "this is not a path that GitLab gives to a project or group",
        {
          help: "copy it from the address bar, without the host: `mygroup/myproject`",
        },
      ),
    );
  }
  return { id: String(owner.id), path };
}

/** GitLab: Gitlab::PathRegex; segments of letters, digits, `_`, `-` and `.`, no dot or dash first, no dot last. */
export function isPath(path: string): boolean {
  return /^[A-Za-z0-9_](?:[\w.-]*[\w-])?(?:\/[A-Za-z0-9_](?:[\w.-]*[\w-])?)*$/.test(path);
}

function readVersion(text: string, found: Diagnostic[]): Version {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?$/.exec(text) ?? /^(\d{1,3})$/.exec(text);
  if (match?.[1] !== undefined) return { major: Number(match[1]), minor: Number(match[2] ?? 0) };
  found.push(
    report("manifest/invalid-value", atValue(["gitlab", "version"]), "this is not a version of GitLab", {
      help: "major and minor, for example `17.0`",
    }),
  );
  return { major: 17, minor: 0 };
}

export function isAtLeast(version: Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/**
 * Which token a job gets: `id_tokens` since GitLab 15.7; before, the predefined `CI_JOB_JWT` (12.10, issuer without
 * scheme, no audience) or, on request, `CI_JOB_JWT_V2` (14.6). GitLab removed both predefined ones in 17.0.
 */
export function readToken(
  manifest: Manifest,
  gitlab: Gitlab,
  vaultUrl: string,
  found: Diagnostic[],
): JobToken {
  const auth = manifest.vault.auth;
  const variable = auth?.token_variable ?? "CI_JOB_JWT";
  const place =
    auth?.token_variable === undefined
      ? atKey(["gitlab", "version"])
      : atValue(["vault", "auth", "token_variable"]);
  const refuse = (message: string, help: string) =>
    found.push(report("model/token-mechanism", place, message, { help }));
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable) || /^(?:VAULT|BAO)_TOKEN$/.test(variable)) {
    found.push(
      report("model/bad-variable", place, "this variable cannot hold the JWT", {
        notes: [
          "it is exported in the job's shell; as `VAULT_TOKEN` the Vault client would send the JWT as its token",
        ],
        help: "use `CI_JOB_JWT` or, as in GitLab's documentation, `VAULT_ID_TOKEN`",
      }),
    );
  }
  if (auth?.audience?.trim() === "") {
    found.push(
      report("model/token", atValue(["vault", "auth", "audience"]), "an empty audience binds nothing", {
        notes: ["without one, a token that was made for another service could log in to Vault"],
        help: "remove `audience`: the Vault address is the default",
      }),
    );
  }
  if (isAtLeast(gitlab.version, 15, 7)) {
    return { kind: "id-token", variable, issuer: gitlab.url, audience: auth?.audience ?? vaultUrl };
  }
  if (!isAtLeast(gitlab.version, 12, 10)) {
    refuse("GitLab before 12.10 gives jobs no JWT", "upgrade GitLab, then raise `gitlab.version`");
    return { kind: "predefined", variable, issuer: gitlab.url, audience: undefined };
  }
  if (auth?.audience !== undefined) {
    found.push(
      report(
        "model/token-mechanism",
        atKey(["vault", "auth", "audience"]),
        "tokens before GitLab 15.7 have no audience of your choice",
        {
          help: "remove `audience`, or raise `gitlab.version` to 15.7 or later",
        },
      ),
    );
  }
  found.push(
    report(
      "model/version-range",
      atValue(["gitlab", "version"]),
      "this version gets its token from a variable that GitLab 17.0 removed",
      {
        notes: [
          "GitLab 15.7 and later need `id_tokens`, whose issuer begins with https:// and which carry an audience",
          "one role cannot serve both kinds of token",
        ],
        help: 'once GitLab is 15.7 or later, set `gitlab.version: "15.7"` or remove it, generate, and apply the Vault half again',
      },
    ),
  );
  if (variable === "CI_JOB_JWT_V2") {
    if (!isAtLeast(gitlab.version, 14, 6))
      refuse("`CI_JOB_JWT_V2` exists since GitLab 14.6", "use `CI_JOB_JWT`");
    return { kind: "predefined", variable, issuer: gitlab.url, audience: gitlab.url };
  }
  if (variable !== "CI_JOB_JWT") {
    refuse("before GitLab 15.7 the variable has a fixed name", "`CI_JOB_JWT` or `CI_JOB_JWT_V2`");
  }
  return {
    kind: "predefined",
    variable,
    issuer: gitlab.url.replace(/^https?:\/\//, "").replace(/[:/].*$/, ""),
    audience: undefined,
  };
}
