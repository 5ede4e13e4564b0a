import { atKey, atValue, closest, type Diagnostic, report } from "../diagnostics/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { Keys, Vault } from "./model.ts";
import { pathProblem, unsafePath } from "./mounts.ts";
import { readUrl } from "./urls.ts";

/** Claims that are text and stay the same from job to job. */
const STABLE_CLAIMS = [
  "project_id",
  "project_path",
  "namespace_id",
  "namespace_path",
  "user_id",
  "user_login",
  "user_email",
];

/** Claims that differ from job to job: each login would make, and bill, a new entity. */
const UNSTABLE_CLAIMS = new Set([
  "sub",
  "jti",
  "job_id",
  "pipeline_id",
  "sha",
  "ref",
  "iat",
  "exp",
  "nbf",
  "iss",
  "aud",
]);

/** Seconds: the timeout of a job unless its project says otherwise. */
const JOB_TIMEOUT = 3600;

export function readVault(manifest: Manifest, gitlabUrl: string, found: Diagnostic[]): Vault {
  const { vault } = manifest;
  const token = vault.token ?? {};
  const authMount = (vault.auth?.mount ?? "jwt").replace(/^auth\//, "").replace(/^\/|\/$/g, "");
  const mountProblem = pathProblem(authMount);
  if (mountProblem !== undefined) found.push(unsafePath(mountProblem, ["vault", "auth", "mount"], "value"));
  const namespace = vault.namespace?.replace(/^\/|\/$/g, "");
  const namespaceProblem = namespace === undefined ? undefined : pathProblem(namespace);
  if (namespaceProblem !== undefined)
    found.push(unsafePath(namespaceProblem, ["vault", "namespace"], "value"));
  const ttl = token.ttl === undefined ? undefined : readTtl(token.ttl, found);
  return {
    url: readUrl(vault.url, ["vault", "url"], found),
    namespace,
    ca: readCa(vault.ca, found),
    verifyTls: readVerify(vault.tls_verify ?? true, found),
    allowTrace: vault.debug_trace === "allow",
    authMount,
    keys: readKeys(vault.auth?.keys ?? "jwks", gitlabUrl, found),
    userClaim: readUserClaim(vault.auth?.user_claim ?? "project_id", found),
    tokenTtl: ttl ?? 60,
    leaseTtl: ttl ?? JOB_TIMEOUT,
    tokenType: token.type ?? "service",
    extraPolicies: (token.policies ?? []).map((policy, index) => readPolicy(policy, index, found)),
    boundCidrs: (token.bound_cidrs ?? []).map((cidr, index) => readCidr(cidr, index, found)),
  };
}

function readCa(ca: string | undefined, found: Diagnostic[]): Vault["ca"] {
  if (ca === undefined) return undefined;
  const variable = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(ca)?.[1];
  if (variable !== undefined) return { variable };
  if (/^[A-Za-z0-9_./-]+$/.test(ca) && !ca.startsWith("-")) return { file: ca };
  found.push(
    report("manifest/invalid-value", atValue(["vault", "ca"]), "this is neither a file name nor a variable", {
      help: "`certs/ca.pem`, or `$VAULT_CA` for a CI/CD variable of type file",
    }),
  );
  return undefined;
}

function readVerify(verify: boolean, found: Diagnostic[]): boolean {
  if (!verify) {
    found.push(
      report(
        "model/tls-verify",
        atKey(["vault", "tls_verify"]),
        "jobs would send their JWT to whoever answers",
        {
          notes: ["without the check, anybody on the way can pose as the server and read what it would"],
          help: "remove `tls_verify` and name the server's certificate authority with `ca`",
        },
      ),
    );
  }
  return verify;
}

function readKeys(
  keys: "jwks" | "discovery" | readonly string[],
  gitlabUrl: string,
  found: Diagnostic[],
): Keys {
  if (keys === "jwks") return { kind: "jwks", url: `${gitlabUrl}/oauth/discovery/keys` };
  if (keys === "discovery") return { kind: "discovery", url: gitlabUrl };
  for (const [index, key] of keys.entries()) {
    if (/^-----BEGIN (?:RSA )?PUBLIC KEY-----[\s\S]+-----END (?:RSA )?PUBLIC KEY-----\s*$/.test(key))
      continue;
    found.push(
      report("model/token", atKey(["vault", "auth", "keys", index]), "this is not a PEM public key", {
        help: "`jwks`, `discovery`, or a list of blocks that begin with `-----BEGIN PUBLIC KEY-----`",
      }),
    );
  }
  return { kind: "pem", keys };
}

function readUserClaim(claim: string, found: Diagnostic[]): string {
  if (UNSTABLE_CLAIMS.has(claim)) {
    found.push(
      report(
        "model/token",
        atValue(["vault", "auth", "user_claim"]),
        `\`${claim}\` differs from job to job`,
        {
          notes: [
            "the claim names the Vault entity: every job would become a new one, and count as a new client",
          ],
          help: "use `project_id`",
        },
      ),
    );
  } else if (!STABLE_CLAIMS.includes(claim)) {
    const meant = closest(claim, STABLE_CLAIMS);
    found.push(
      report(
        "model/token",
        atValue(["vault", "auth", "user_claim"]),
        "this claim cannot name the Vault entity",
        {
          notes: [`claims that hold text and stay the same: ${STABLE_CLAIMS.join(", ")}`],
          help: meant === undefined ? "use `project_id`" : `did you mean \`${meant}\`?`,
        },
      ),
    );
  }
  return claim;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of `60s`, `15m`, `2h` or a combination; 24 hours at most, since a token should not outlive its job. */
function readTtl(text: string, found: Diagnostic[]): number {
  const place = atValue(["vault", "token", "ttl"]);
  const help = "a number and a unit: `60s`, `15m`, `1h`";
  if (!/^(?:\d{1,6}[smh])+$/.test(text)) {
    found.push(report("model/token", place, "this is not a duration", { help }));
    return 60;
  }
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(/(\d+)([smh])/g))
    seconds += Number(number) * (UNITS[unit ?? "s"] ?? 1);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  const message =
    seconds === 0 ? "a token that never expires by itself" : "the token would live longer than 24 hours";
  const notes = seconds === 0 ? ["to Vault, 0 means the system's default, often 768 hours"] : [];
  found.push(
    report("model/token", place, message, { notes, help: "jobs read at their start: 60 seconds are enough" }),
  );
  return 60;
}

function readPolicy(policy: string, index: number, found: Diagnostic[]): string {
  if (policy.toLowerCase() === "root" || !/^[\w.-]+(?:\/[\w.-]+)*$/.test(policy)) {
    found.push(
      report(
        "model/bad-name",
        atValue(["vault", "token", "policies", index]),
        "this policy cannot be given to jobs",
        {
          notes:
            policy.toLowerCase() === "root"
              ? ["`root` allows everything"]
              : ["a comma or blank would split the name"],
          help: "name a policy that exists on the server",
        },
      ),
    );
  }
  return policy.toLowerCase();
}

function readCidr(cidr: string, index: number, found: Diagnostic[]): string {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(cidr);
  const fits =
    v4 === null
      ? isV6Network(cidr)
      : v4.slice(1, 5).every((octet) => Number(octet) < 256) && Number(v4[5] ?? 0) <= 32;
  if (!fits) {
    found.push(
      report("model/token", atValue(["vault", "token", "bound_cidrs", index]), "this is not a network", {
        help: "for example `10.0.0.0/8`",
      }),
    );
  }
  return cidr;
}

/** The address parser of the platform knows what IPv6 is; it takes one in brackets as a host. */
function isV6Network(cidr: string): boolean {
  const [, address] = /^([0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:\/(?:\d{1,2}|1[01]\d|12[0-8]))?$/.exec(cidr) ?? [];
  return address !== undefined && URL.canParse(`http://[${address}]`);
}
