import { cli } from "./generate.ts";

/** A role as `plan --json` tells it. */
export interface PlannedRole {
  readonly name: string;
  readonly rules_if: readonly string[];
  readonly bound_claims_type: "string" | "glob";
  readonly bound_claims: Readonly<Record<string, string | readonly string[]>>;
  readonly token_policies: readonly string[];
  readonly token_ttl_seconds: number;
}

export interface PlannedEnvironment {
  readonly name: string;
  readonly roles: readonly PlannedRole[];
  readonly policy: {
    readonly name: string;
    readonly paths: readonly { readonly path: string; readonly capabilities: readonly string[] }[];
  };
  readonly requests: readonly { readonly path: string; readonly takes: readonly PlannedTake[] }[];
  readonly jobs: readonly { readonly name: string; readonly hidden: boolean }[];
  readonly gitlab_environment: string | null;
}

export interface PlannedTake {
  readonly variable: string;
  readonly as: "env" | "file" | "json";
  readonly field: string | null;
  readonly base64: boolean;
  readonly optional: boolean;
  readonly sensitive: boolean;
}

export interface PlanJson {
  readonly directory: string;
  readonly token: {
    readonly variable: string;
    readonly mechanism: "id_tokens" | "predefined";
    readonly issuer: string;
    readonly audience: string | null;
  };
  readonly vault: {
    readonly url: string;
    readonly namespace: string | null;
    readonly auth_mount: string;
    readonly token_ttl_seconds: number;
    readonly token_type: "service" | "batch";
  };
  readonly environments: readonly PlannedEnvironment[];
  readonly files: readonly string[];
}

/** What `ci-vault-gen plan --json` says of the manifest in a folder. */
export async function planOf(dir: string, manifest = "manifest.yml"): Promise<PlanJson> {
  const result = await cli(dir, "plan", manifest, "--json");
  if (result.code !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as PlanJson;
}

/** Which roles admit a token with these claims, by Vault's semantics: AND over claims, OR over values, `*` only in glob roles. */
export function admitting(
  roles: readonly PlannedRole[],
  claims: Readonly<Record<string, unknown>>,
): readonly string[] {
  const admits = (role: PlannedRole) =>
    Object.entries(role.bound_claims).every(([claim, expected]) => {
      const values = typeof expected === "string" ? [expected] : expected;
      return values.some((value) =>
        role.bound_claims_type === "glob" ? glob(value).test(String(claims[claim])) : claims[claim] === value,
      );
    });
  return roles.filter(admits).map(({ name }) => name);
}

function glob(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?*+()[\]{}/]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`);
}
