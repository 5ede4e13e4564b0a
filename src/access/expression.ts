import { hasWildcard, MERGE_REQUEST, type Rule } from "./rule.ts";

/** CI/CD variables that say the same as a claim, where GitLab has one that `rules` can see. */
const VARIABLES: Readonly<Record<string, string>> = {
  ci_config_ref_uri: "CI_CONFIG_REF_URI",
  namespace_path: "CI_PROJECT_NAMESPACE",
  project_path: "CI_PROJECT_PATH",
  project_visibility: "CI_PROJECT_VISIBILITY",
  user_email: "GITLAB_USER_EMAIL",
  user_id: "GITLAB_USER_ID",
  user_login: "GITLAB_USER_LOGIN",
};

/**
 * The first view of a rule: a `rules: if:` expression of GitLab, true exactly where the role can be used. Only what
 * every supported GitLab can read: no unary `!`, no bare booleans, regular expressions anchored at both ends (RE2).
 */
export function expression(rule: Rule): string {
  return terms(rule).join(" && ");
}

function terms(rule: Rule): readonly string[] {
  const { scope, kind } = rule;
  const list: string[] = [];
  if (scope.kind === "group") list.push(equals("CI_PROJECT_NAMESPACE_ID", [scope.group.id]));
  else
    list.push(
      equals(
        "CI_PROJECT_ID",
        scope.projects.map(({ id }) => id),
      ),
    );
  switch (kind) {
    case "branch":
      // Set in branch pipelines only: neither for tags nor for merge requests.
      list.push(rule.refs === undefined ? "$CI_COMMIT_BRANCH" : equals("CI_COMMIT_BRANCH", rule.refs));
      break;
    case "tag":
      list.push(rule.refs === undefined ? "$CI_COMMIT_TAG" : equals("CI_COMMIT_TAG", rule.refs));
      break;
    case "merge-request":
      list.push(equals("CI_PIPELINE_SOURCE", [MERGE_REQUEST]));
      // The token of a fork's merge request carries the fork's ids: its job could only fail.
      list.push("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID");
      break;
    default:
      kind satisfies never;
  }
  if (rule.protected !== undefined) list.push(equals("CI_COMMIT_REF_PROTECTED", [String(rule.protected)]));
  if (kind !== "merge-request" && rule.sources !== undefined)
    list.push(equals("CI_PIPELINE_SOURCE", rule.sources));
  for (const { name, values } of rule.claims) {
    const variable = VARIABLES[name];
    if (variable !== undefined) list.push(equals(variable, values));
  }
  return list;
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
