import { randomUUID } from "node:crypto";

import type { Context, Project } from "./context.ts";

export type Claims = Readonly<Record<string, unknown>>;

/**
 * The claims of an id token (`id_tokens:`), as GitLab's `lib/gitlab/ci/jwt_v2.rb` and its claim mappers
 * build them for a CE instance. Ids and truth values are text; `runner_id` alone is a number. Opt-in claims
 * (`user_identities`, `groups_direct`) and those of policy jobs (`job_config`) are left out.
 */
export function idTokenClaims(context: Context): Claims {
  const owner = claimed(context);
  return {
    iss: context.issuer,
    sub: `project_path:${owner.path}:ref_type:${context.refType}:ref:${context.ref}`,
    aud: context.audience,
    ...times(context),
    ...common(context, owner),
    ...since(context, "16.9.0", { user_access_level: context.user.accessLevel }),
    ...since(context, "16.0.0", {
      ref_path: refPath(context),
      runner_id: 1,
      runner_environment: "self-hosted",
      sha: "714a629c0b401fdce83e847fc9589983fc6f46bc",
      project_visibility: "private",
      ci_config_ref_uri: configUri(context),
      ci_config_sha: "714a629c0b401fdce83e847fc9589983fc6f46bc",
    }),
    ...since(context, "18.4.0", {
      job_project_id: String(context.project.id),
      job_project_path: context.project.path,
      job_namespace_id: String(context.project.namespace.id),
      job_namespace_path: context.project.namespace.path,
    }),
    ...since(context, "18.9.0", { job_source: context.source }),
  };
}

/**
 * The claims of the predefined `CI_JOB_JWT` and `CI_JOB_JWT_V1` (GitLab 12.10 to 16.11): the issuer is a bare
 * host, the subject is the job, and there is no audience. `context.gitlab` is read as 15.6 when it is later.
 */
export function legacyClaims(context: Context): Claims {
  const old = asOf(context);
  return {
    iss: new URL(old.issuer).hostname,
    sub: `job_${jobId}`,
    ...times(old),
    ...common(old, claimed(old)),
  };
}

/** The claims of the predefined `CI_JOB_JWT_V2` (14.6 to 16.11): as an id token's, for the instance itself. */
export function legacyV2Claims(context: Context): Claims {
  return idTokenClaims({ ...asOf(context), audience: context.issuer });
}

const jobId = "302";
const pipelineId = "574";

/** Claims that every kind of token has had from the start. */
function common(context: Context, owner: Project): Claims {
  return {
    jti: randomUUID(),
    namespace_id: String(owner.namespace.id),
    namespace_path: owner.namespace.path,
    project_id: String(owner.id),
    project_path: owner.path,
    user_id: String(context.user.id),
    user_login: context.user.login,
    user_email: `${context.user.login}@example.com`,
    pipeline_id: pipelineId,
    pipeline_source: context.source,
    job_id: jobId,
    ref: context.ref,
    ref_type: context.refType,
    ref_protected: String(context.protected),
    ...environment(context),
  };
}

/** Only a job with `environment:` has these, whatever its action. */
function environment(context: Context): Claims {
  const { environment: entered } = context;
  if (entered === undefined) return {};
  return {
    environment: entered.name,
    environment_protected: String(entered.protected ?? false),
    ...since(context, "15.2.0", { deployment_tier: entered.tier ?? "other" }),
    ...since(context, "16.5.0", { environment_action: entered.action ?? "start" }),
  };
}

/**
 * The project that `project_*`, `namespace_*` and `sub` describe. Since 18.2.2 that is the fork when a merge
 * request from a fork runs in its parent; before, it was the parent, as if the fork's code were its own.
 */
function claimed(context: Context): Project {
  const fork = context.mergeRequest?.fromFork;
  return fork !== undefined && reached(context, "18.2.2") ? fork : context.project;
}

/** GitLab dates a token's start five seconds back. An expired token was issued an hour before its end. */
function times({ ttl }: Context): Claims {
  const now = Math.floor(Date.now() / 1000);
  const issued = ttl > 0 ? now : now + ttl - 3600;
  return { iat: issued, nbf: issued - 5, exp: now + ttl };
}

function refPath({ refType, ref }: Context): string {
  return refType === "tag" ? `refs/tags/${ref}` : `refs/heads/${ref}`;
}

function configUri(context: Context): string {
  const { host } = new URL(context.issuer);
  return `${host}/${context.project.path}//.gitlab-ci.yml@${refPath(context)}`;
}

function asOf(context: Context): Context {
  return reached(context, "17.0.0") ? { ...context, gitlab: "15.6.0" } : context;
}

function since(context: Context, version: string, claims: Claims): Claims {
  return reached(context, version) ? claims : {};
}

function reached({ gitlab }: Context, version: string): boolean {
  return gitlab.localeCompare(version, "en", { numeric: true }) >= 0;
}
