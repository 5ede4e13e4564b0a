import type { BoundClaims } from "../access/index.ts";
import type { Route } from "../diagnostics/index.ts";
import type {
  Engine,
  GitlabEnvironment,
  Job,
  JobToken,
  Reader,
  RenderedFile,
  Scope,
  Target,
  Vault,
} from "../model/index.ts";

/** Every decision, before any file is written: who gets which role, which policy grants which path, which job runs when. */
export interface Plan {
  /** The manifest as seen from the repository's root; names it in headers. */
  readonly manifest: string;
  /** The output folder as seen from the repository's root: GitLab resolves `include: local` from there. */
  readonly directory: string;
  readonly targets: readonly Target[];
  readonly token: JobToken;
  readonly vault: Vault;
  /** Who may log in, for comments: `project 22 (mygroup/myproject)`. */
  readonly who: string;
  /** The same as data. */
  readonly scope: Scope;
  readonly environments: readonly EnvironmentPlan[];
}

export interface EnvironmentPlan {
  readonly name: string;
  readonly origin: Route;
  /** `.vault:<environment>` */
  readonly hiddenJob: string;
  readonly gitlabEnvironment: GitlabEnvironment | undefined;
  readonly reader: Reader;
  readonly roles: readonly RolePlan[];
  readonly policy: PolicyPlan;
  readonly reads: readonly PathRead[];
  /** Some answer is a lease: the token must last as long as the job, and is revoked at its end. */
  readonly leased: boolean;
  readonly secrets: readonly SecretPlan[];
  /** Files that the job makes of what it read. */
  readonly files: readonly RenderedFile[];
  readonly jobs: readonly JobPlan[];
}

export interface RolePlan {
  readonly name: string;
  /** Why it exists, in words: `branch main`. */
  readonly because: string;
  /** The `rules: if:` expressions under which a job takes this role: any of them. */
  readonly conditions: readonly string[];
  readonly bound: BoundClaims;
  readonly policies: readonly string[];
  /** Seconds that its tokens live at most. */
  readonly ttl: number;
  readonly origins: readonly Route[];
}

export interface PolicyPlan {
  readonly name: string;
  readonly grants: readonly Grant[];
}

export interface Grant {
  /** As the server sees it, `data/` included for KV v2. */
  readonly path: string;
  readonly capabilities: readonly string[];
  /** Variables that need it, or in words what else does. */
  readonly for: readonly string[];
}

/** One request of a job: an API path and what to take from the answer. */
export interface PathRead {
  /** Where the fields are in the answer: `kv2` in `.data.data`, else in `.data`; `post` is asked with a body. */
  readonly shape: "kv1" | "kv2" | "data" | "post";
  /** As it goes into the URL: percent-encoded, query included. */
  readonly path: string;
  /** One line of JSON, for `post`. */
  readonly body: string | undefined;
  readonly takes: readonly Take[];
}

export interface Take {
  readonly variable: string;
  readonly as: "env" | "file" | "json" | "all";
  readonly field: string | undefined;
  readonly base64: boolean;
  readonly optional: boolean;
  readonly fallback: string | undefined;
  readonly sensitive: boolean;
  readonly filename: string | undefined;
  readonly origin: Route;
}

/** One entry of the manifest's secrets, for people: what it is called, where it is stored, what a job gets. */
export interface SecretPlan {
  readonly name: string;
  readonly description: string | undefined;
  /** As people and the command line write it: mount and path, without `data/`. */
  readonly path: string;
  /** As policies and requests write it. */
  readonly apiPath: string;
  readonly mount: string;
  readonly engine: Engine;
  readonly version: number | undefined;
  /** Made for each job, and gone with its token. */
  readonly leased: boolean;
  readonly takes: readonly Take[];
}

export interface JobPlan {
  /** `<job>:<environment>` */
  readonly name: string;
  readonly body: Job["body"];
  readonly origin: Route;
}
