import type { Context } from "./context.ts";

/** Values of CI variables. Null: the variable must not exist. `file`: a variable of type file. */
export type Variables = Readonly<Record<string, string | null | { readonly file: string }>>;

/**
 * The predefined CI variables that `rules:` and scripts look at, as GitLab sets them for a pipeline
 * (`lib/gitlab/ci/variables/builder/pipeline.rb`). The rest keeps what the local runner makes up.
 */
export function predefinedVariables(context: Context): Variables {
  const isTag = context.refType === "tag";
  const isRequest = context.mergeRequest !== undefined;
  const { project } = context;
  return {
    // Each is absent, not empty, in the other kinds of pipeline: rules may compare with null.
    CI_COMMIT_BRANCH: isTag || isRequest ? null : context.ref,
    CI_COMMIT_TAG: isTag ? context.ref : null,
    CI_COMMIT_REF_NAME: context.ref,
    CI_COMMIT_REF_SLUG: slug(context.ref),
    CI_COMMIT_REF_PROTECTED: String(context.protected),
    CI_DEFAULT_BRANCH: context.defaultBranch,
    CI_PIPELINE_SOURCE: context.source,
    // Of the project where the pipeline runs, also when the code comes from a fork.
    CI_PROJECT_ID: String(project.id),
    CI_PROJECT_PATH: project.path,
    CI_PROJECT_PATH_SLUG: slug(project.path),
    CI_PROJECT_NAME: project.path.slice(project.path.lastIndexOf("/") + 1),
    CI_PROJECT_NAMESPACE: project.namespace.path,
    CI_PROJECT_NAMESPACE_ID: String(project.namespace.id),
    CI_PROJECT_ROOT_NAMESPACE: project.namespace.path.split("/")[0] ?? "",
    GITLAB_USER_ID: String(context.user.id),
    GITLAB_USER_LOGIN: context.user.login,
    GITLAB_CI: "true",
    ...server(context),
    ...mergeRequest(context),
  };
}

function server(context: Context): Variables {
  const url = new URL(context.issuer);
  const protocol = url.protocol.slice(0, -1);
  return {
    CI_SERVER_URL: context.issuer,
    CI_SERVER_HOST: url.hostname,
    CI_SERVER_FQDN: url.host,
    CI_SERVER_PROTOCOL: protocol,
    CI_SERVER_PORT: url.port || (protocol === "https" ? "443" : "80"),
    CI_API_V4_URL: `${context.issuer}/api/v4`,
    CI_PROJECT_URL: `${context.issuer}/${context.project.path}`,
  };
}

function mergeRequest(context: Context): Variables {
  const { mergeRequest: request, project } = context;
  if (request === undefined) return {};
  const source = request.fromFork ?? project;
  return {
    CI_MERGE_REQUEST_ID: "1007",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_EVENT_TYPE: "detached",
    CI_MERGE_REQUEST_PROJECT_ID: String(project.id),
    CI_MERGE_REQUEST_PROJECT_PATH: project.path,
    CI_MERGE_REQUEST_REF_PATH: "refs/merge-requests/7/head",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: context.ref,
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(source.id),
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: source.path,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: request.target,
    CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: String(request.target === context.defaultBranch),
  };
}

/** GitLab's slug: lower case, at most 63 characters, a hyphen for anything else, none at an end. */
function slug(text: string): string {
  const hyphened = text.toLowerCase().replace(/[^a-z0-9]/g, "-");
  return hyphened.slice(0, 63).replace(/^-+|-+$/g, "");
}
