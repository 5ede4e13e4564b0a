import type { Route } from "../diagnostics/index.ts";
import type { Reference } from "../manifest/index.ts";

/** A manifest with defaults in and references resolved: nothing is optional that later rooms must decide. */
export interface Model {
  /** Begins every role and policy name. Lower case. */
  readonly prefix: string;
  readonly gitlab: Gitlab;
  readonly token: JobToken;
  readonly vault: Vault;
  readonly environments: readonly Environment[];
  readonly jobs: readonly Job[];
  readonly outputs: Outputs;
}

export interface Gitlab {
  /** Without a slash at the end. */
  readonly url: string;
  readonly scope: Scope;
  readonly defaultBranch: string;
  readonly version: Version;
}

/** Who may log in. Ids are strings, as in GitLab's claims. */
export type Scope =
  | { readonly kind: "projects"; readonly projects: readonly Owner[] }
  | { readonly kind: "group"; readonly group: Owner };

export interface Owner {
  readonly id: string;
  readonly path: string;
}

export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** How a job gets its JWT, and what the server must expect of it. */
export interface JobToken {
  readonly kind: "id-token" | "predefined";
  /** The CI/CD variable that holds the JWT. */
  readonly variable: string;
  readonly issuer: string;
  /** Absent for tokens that carry no `aud`. */
  readonly audience: string | undefined;
}

export interface Vault {
  readonly url: string;
  readonly namespace: string | undefined;
  /** A file of the repository, or a CI/CD variable of type file. */
  readonly ca: { readonly file: string } | { readonly variable: string } | undefined;
  readonly verifyTls: boolean;
  /** Jobs read although `CI_DEBUG_TRACE` is on. */
  readonly allowTrace: boolean;
  /** Path of the JWT auth method, without slashes at its ends. */
  readonly authMount: string;
  readonly keys: Keys;
  readonly userClaim: string;
  /** Seconds. */
  readonly tokenTtl: number;
  /** Seconds, of tokens that hold leases: those must last as long as the job. */
  readonly leaseTtl: number;
  readonly tokenType: "service" | "batch";
  readonly extraPolicies: readonly string[];
  readonly boundCidrs: readonly string[];
}

export type Keys =
  | { readonly kind: "jwks"; readonly url: string }
  | { readonly kind: "discovery"; readonly url: string }
  | { readonly kind: "pem"; readonly keys: readonly string[] };

export type Engine =
  | "kv-v1"
  | "kv-v2"
  | "generic"
  | "aws"
  | "database"
  | "kubernetes"
  | "pki"
  | "rabbitmq"
  | "ssh"
  | "totp"
  | "transit";

export interface Mount {
  readonly path: string;
  readonly engine: Engine;
}

/** A set of secrets with one answer to «who may read». */
export interface Environment {
  readonly name: string;
  readonly origin: Route;
  readonly refs: readonly RefRule[];
  /** Pipeline sources the user named; absent: the default of the ref's kind. */
  readonly sources: readonly string[] | undefined;
  readonly gitlabEnvironment: GitlabEnvironment | undefined;
  readonly claims: readonly Claim[];
  readonly reader: Reader;
  readonly secrets: readonly Secret[];
  readonly files: readonly RenderedFile[];
}

/** `script`: the generated functions. `cli`: the same by the image's client. `native`: GitLab's `secrets:` keyword. */
export type Reader = "script" | "cli" | "native";

export interface RefRule {
  readonly kind: "branch" | "tag" | "merge-request";
  /** `*` stands for any run of characters; absent: any ref of the kind. */
  readonly pattern: string | undefined;
  readonly protected: boolean | undefined;
  readonly origin: Route;
}

export interface GitlabEnvironment {
  readonly name: string;
  readonly action: "start" | "stop" | "prepare" | "verify" | "access";
  readonly protected: boolean | undefined;
  readonly tier: string | undefined;
}

export interface Claim {
  readonly name: string;
  readonly values: readonly string[];
}

/** One path of one environment and what to take from it. */
export interface Secret {
  /** The key in the manifest; for a single field also the variable. */
  readonly label: string;
  readonly origin: Route;
  readonly mount: Mount;
  /** Below the mount. */
  readonly path: string;
  readonly version: number | undefined;
  readonly reads: readonly Read[];
  /** The request is a write with these parameters, as one line of JSON; absent: a read. */
  readonly body: string | undefined;
  /** The answer is a lease that ends with the token it was made with. */
  readonly leased: boolean;
  readonly optional: boolean;
  readonly fallback: string | undefined;
  /** `false`: configuration that the job may print. */
  readonly sensitive: boolean;
  /** Name of the file of an `as: file`; absent: the variable's name. */
  readonly filename: string | undefined;
  readonly description: string | undefined;
}

/** `json` takes the whole secret, `all` every field (`variable` is then a prefix), the others one field. */
export type Read =
  | {
      readonly as: "env" | "file";
      readonly variable: string;
      readonly field: string;
      readonly base64: boolean;
    }
  | { readonly as: "json" | "all"; readonly variable: string };

/** A private file made of text and values, whose path a variable holds. */
export interface RenderedFile {
  readonly variable: string;
  readonly filename: string;
  readonly parts: readonly FilePart[];
  readonly origin: Route;
}

/** Text as it is, or the value of a variable in the form that the file needs; `env` is a line `NAME=value`. */
export type FilePart =
  | { readonly text: string }
  | {
      readonly variable: string;
      readonly form: "none" | "json" | "yaml" | "ini" | "properties" | "url" | "env";
    };

export interface Job {
  readonly name: string;
  readonly origin: Route;
  readonly environments: readonly string[];
  readonly body: { readonly [key: string]: JobValue };
}

/** What a job body may hold: YAML data and GitLab's `!reference`. */
export type JobValue =
  string | number | boolean | null | Reference | readonly JobValue[] | { readonly [key: string]: JobValue };

export interface Outputs {
  /** Seen from the manifest's folder; `/` between segments. */
  readonly directory: string;
  readonly targets: readonly Target[];
}

/** What can be generated: both halves, and forms of the second one for other ways to apply or to read it. */
export type Target = "gitlab" | "vault" | "terraform" | "openbao" | "docs" | "component";
