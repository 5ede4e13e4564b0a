import { isAtLeast, type Scope } from "../model/index.ts";
import { hasWildcard } from "./pattern.ts";
import { type Kind, MERGE_REQUEST, type Rule } from "./rule.ts";

/** CI/CD variables that say the same as a claim, where GitLab has one that `rules` can see. */
export const VARIABLES: Readonly<Record<string, string>> = {
  ci_config_ref_uri: "CI_CONFIG_REF_URI",
  job_namespace_id: "CI_PROJECT_NAMESPACE_ID",
  job_namespace_path: "CI_PROJECT_NAMESPACE",
  job_project_id: "CI_PROJECT_ID",
  job_project_path: "CI_PROJECT_PATH",
  namespace_path: "CI_PROJECT_NAMESPACE",
  project_path: "CI_PROJECT_PATH",
  project_visibility: "CI_PROJECT_VISIBILITY",
  user_email: "GITLAB_USER_EMAIL",
  user_id: "GITLAB_USER_ID",
  user_login: "GITLAB_USER_LOGIN",
};

/**
 * The first view of a rule: `rules: if:` expressions of GitLab, one per kind of pipeline; a job takes the role where
 * any of them is true. Only what every supported GitLab can read: no parentheses, no unary `!`, no bare booleans,
 * regular expressions anchored at both ends (RE2). At most 17 terms of 4 tokens each; GitLab allows 100 tokens.
 */
export function conditions(rule: Rule): readonly string[] {
  return rule.kinds.map((kind) => terms(rule, kind).join(" && "));
}

function terms(rule: Rule, kind: Kind): readonly string[] {
  const list: string[] = [inScope(rule)];
  switch (kind) {
    case "branch":
      // Set in branch pipelines only: neither for tags nor for merge requests.
      list.push(rule.refs === undefined ? "$CI_COMMIT_BRANCH" : equals("CI_COMMIT_BRANCH", rule.refs));
      break;
    case "tag":
      list.push(rule.refs === undefined ? "$CI_COMMIT_TAG" : equals("CI_COMMIT_TAG", rule.refs));
      break;
    case "merge-request":
      list.push(equals("CI_PIPELINE_SOURCE", [MERGE_REQUEST]), fromScope(rule.scope));
      if (rule.refs !== undefined) list.push(equals("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", rule.refs));
      break;
    default:
      kind satisfies never;
  }
  if (rule.protected !== undefined) list.push(equals("CI_COMMIT_REF_PROTECTED", [String(rule.protected)]));
  if (kind !== "merge-request" && rule.sources !== undefined)
    list.push(equals("CI_PIPELINE_SOURCE", rule.sources));
  for (const { name, values } of rule.claims) {
    const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
    if (variable !== undefined) list.push(equals(variable, values));
  }
  return list;
}

/** The job is absent where it could not log in: in a fork, or where someone else includes the file. */
function inScope({ scope, version }: Rule): string {
  if (scope.kind === "projects")
    return equals(
      "CI_PROJECT_ID",
      scope.projects.map(({ id }) => id),
    );
  // The id came with 15.7, like `id_tokens`; the path changes when the group is renamed.
  return isAtLeast(version, 15, 7)
    ? equals("CI_PROJECT_NAMESPACE_ID", [scope.group.id])
    : equals("CI_PROJECT_NAMESPACE", [scope.group.path]);
}

/**
 * The token of a fork's merge request carries the fork's ids: its job could only fail. In a group, where the fork's
 * namespace has no variable, only a project's own merge requests get the job.
 */
function fromScope(scope: Scope): string {
  const source = "CI_MERGE_REQUEST_SOURCE_PROJECT_ID";
  if (scope.kind === "group" || scope.projects.length === 1) return `$${source} == $CI_PROJECT_ID`;
  return equals(
    source,
    scope.projects.map(({ id }) => id),
  );
}

/** `$NAME` is one of the values: `==` for one plain value, else one regular expression. */
function equals(variable: string, values: readonly string[]): string {
  const [only, ...more] = values;
  if (only !== undefined && more.length === 0 && !hasWildcard(only)) {
    // A string of the expression language has no escapes: it ends at the first quote of its own kind.
    if (!only.includes('"')) return `$${variable} == "${only}"`;
    if (!only.includes("'")) return `$${variable} == '${only}'`;
  }
  const alternatives = values.map(toRegex);
  const inner = more.length === 0 ? (alternatives[0] ?? "") : `(${alternatives.join("|")})`;
  return `$${variable} =~ /^${inner}$/`;
}

/** RE2 of a pattern. `\/` because the expression ends at the first bare slash; `.` never meets a newline in a ref. */
function toRegex(pattern: string): string {
  return pattern
    .split("*")
    .map((part) => part.replace(/[\\^$.|?*+()[\]{}/]/g, "\\$&"))
    .join(".*");
}
