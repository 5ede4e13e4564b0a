import { isAtLeast, type Version } from "../model/index.ts";
import { matches } from "./pattern.ts";
import { type Kind, MERGE_REQUEST, type Rule } from "./rule.ts";

/** The facts of one job of one pipeline, as GitLab knows them. */
export interface Context {
  /** The project that the pipeline runs in. */
  readonly project: Project;
  /** The pipeline's kind; a merge request's ref is its source branch. */
  readonly kind: Kind;
  readonly ref: string;
  readonly protected: boolean;
  readonly source: string;
  /** For a merge request from a fork: the fork. */
  readonly fork?: Project;
  readonly environment?: EnteredEnvironment;
  /** Any further claims of the token. They win over what follows from the rest. */
  readonly claims?: Readonly<Record<string, ClaimValue>>;
}

export interface Project {
  readonly id: string;
  readonly path: string;
  readonly namespaceId: string;
}

export interface EnteredEnvironment {
  readonly name: string;
  readonly protected: boolean;
  readonly tier: string;
}

export type ClaimValue = string | readonly string[];
export type Claims = Readonly<Record<string, ClaimValue>>;

/** The third view of a rule: does the manifest let this context read? */
export function allows(rule: Rule, context: Context): boolean {
  const { environment } = rule;
  if (!owns(rule, context.project) || (context.fork !== undefined && !owns(rule, context.fork))) return false;
  if (!rule.kinds.includes(context.kind)) return false;
  if (rule.refs !== undefined && !rule.refs.some((pattern) => matches(pattern, context.ref))) return false;
  if (rule.protected !== undefined && rule.protected !== context.protected) return false;
  if (
    context.kind !== "merge-request" &&
    rule.sources !== undefined &&
    !rule.sources.includes(context.source)
  )
    return false;
  if (environment !== undefined) {
    const entered = context.environment;
    if (entered?.name !== environment.name) return false;
    if (environment.protected !== undefined && entered.protected !== environment.protected) return false;
    if (environment.tier !== undefined && entered.tier !== environment.tier) return false;
  }
  if (rule.claims.length === 0) return true;
  const claims = claimsOf(context, rule.version);
  return rule.claims.every(({ name, values }) =>
    [claims[name] ?? []].flat().some((actual) => values.some((pattern) => matches(pattern, actual))),
  );
}

function owns({ scope }: Rule, { id, namespaceId }: Project): boolean {
  return scope.kind === "group"
    ? scope.group.id === namespaceId
    : scope.projects.some((own) => own.id === id);
}

/**
 * The claims of the job's token as far as rules and roles look at them (GitLab `lib/gitlab/ci/jwt.rb`, `jwt_v2.rb`).
 * Since 18.2.2 the token of a fork's merge request names the fork, before it named the parent: `version` is the oldest
 * GitLab, without its patch level.
 */
export function claimsOf(context: Context, version: Version): Claims {
  const { project, fork, environment } = context;
  const owner = fork !== undefined && isAtLeast(version, 18, 3) ? fork : project;
  const isTag = context.kind === "tag";
  // Filled in step by step: the proof asks for the claims of very many contexts.
  const claims: Record<string, ClaimValue> = {
    project_id: owner.id,
    project_path: owner.path,
    namespace_id: owner.namespaceId,
    namespace_path: folderOf(owner.path),
    ref_type: isTag ? "tag" : "branch",
    ref: context.ref,
    ref_path: `refs/${isTag ? "tags" : "heads"}/${context.ref}`,
    ref_protected: String(context.protected),
    pipeline_source: context.source,
  };
  if (environment !== undefined) {
    claims["environment"] = environment.name;
    claims["environment_protected"] = String(environment.protected);
    claims["deployment_tier"] = environment.tier;
  }
  if (isAtLeast(version, 18, 4)) {
    claims["job_project_id"] = project.id;
    claims["job_project_path"] = project.path;
    claims["job_namespace_id"] = project.namespaceId;
    claims["job_namespace_path"] = folderOf(project.path);
  }
  return context.claims === undefined ? claims : Object.assign(claims, context.claims);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** `tag v1.2, protected, push, environment production`: a context in words. */
export function describeContext(context: Context): string {
  const kind = context.kind === "merge-request" ? "merge request from branch" : context.kind;
  return [
    `${kind} ${context.ref}`,
    context.protected ? "protected" : "unprotected",
    ...(context.source === MERGE_REQUEST ? [] : [`source ${context.source}`]),
    `project ${context.project.id}`,
    ...(context.fork === undefined ? [] : [`from fork ${context.fork.id}`]),
    ...(context.environment === undefined ? [] : [`environment ${context.environment.name}`]),
    ...Object.entries(context.claims ?? {}).map(([name, value]) => `${name} ${[value].flat().join(" and ")}`),
  ].join(", ");
}
