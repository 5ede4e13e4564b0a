/** The facts of one job of one pipeline, from which both its claims and its CI variables are made. */
export interface Context {
  /** The project that the pipeline runs in. */
  readonly project: Project;
  /** Short name of the branch or tag; in a merge request pipeline, its source branch. */
  readonly ref: string;
  /** GitLab knows only these two: a merge request pipeline has `branch`. */
  readonly refType: "branch" | "tag";
  readonly protected: boolean;
  /** `push`, `web`, `schedule`, `merge_request_event`, ... */
  readonly source: string;
  readonly defaultBranch: string;
  /** Present when the job has `environment:`. */
  readonly environment?: Environment;
  /** Present in a merge request pipeline. */
  readonly mergeRequest?: MergeRequest;
  readonly user: User;
  /** The instance's URL without a slash at the end; also the issuer of id tokens. */
  readonly issuer: string;
  readonly audience: string | readonly string[];
  /** Seconds that the token lives; a negative number makes one that expired that long ago. */
  readonly ttl: number;
  /** The GitLab that mints the token, `major.minor.patch`; later claims are left out before their time. */
  readonly gitlab: string;
}

/** Ids are numbers as people write them; claims and variables carry them as text. */
export interface Project {
  readonly id: number;
  readonly path: string;
  readonly namespace: { readonly id: number; readonly path: string };
}

export interface Environment {
  readonly name: string;
  readonly protected?: boolean;
  readonly tier?: "production" | "staging" | "testing" | "development" | "other";
  readonly action?: "start" | "stop" | "prepare" | "verify" | "access";
}

export interface MergeRequest {
  readonly target: string;
  /** The project that the source branch lies in, when it is a fork. */
  readonly fromFork?: Project;
}

export interface User {
  readonly id: number;
  readonly login: string;
  readonly accessLevel: string;
}

/** A project whose namespace is the group that its path names. */
export function project(id: number, path: string, namespaceId = 72): Project {
  return { id, path, namespace: { id: namespaceId, path: path.slice(0, path.lastIndexOf("/")) } };
}

const base: Context = {
  project: project(22, "mygroup/myproject"),
  ref: "main",
  refType: "branch",
  protected: true,
  source: "push",
  defaultBranch: "main",
  user: { id: 42, login: "alice", accessLevel: "developer" },
  issuer: "https://gitlab.example.com",
  audience: "http://vault.example.com:8200",
  ttl: 3600,
  gitlab: "18.10.0",
};

/** A push to a branch. Only `main` is protected unless `facts` says otherwise. */
export function branch(ref: string, facts: Partial<Context> = {}): Context {
  return { ...base, ref, protected: ref === base.defaultBranch, ...facts };
}

/** A push of a tag, unprotected unless `facts` says otherwise. */
export function tag(ref: string, facts: Partial<Context> = {}): Context {
  return { ...base, ref, refType: "tag", protected: false, ...facts };
}

/**
 * A merge request pipeline in the target project. Unprotected, as GitLab makes it, unless `facts` says
 * otherwise (18.1 can protect those between protected branches of one project).
 */
export function mergeRequest(
  ref: string,
  request: Partial<MergeRequest> = {},
  facts: Partial<Context> = {},
): Context {
  const source = "merge_request_event";
  return { ...base, ref, protected: false, source, mergeRequest: { target: "main", ...request }, ...facts };
}
