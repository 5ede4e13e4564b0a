import { atKey, type Diagnostic, looksSecret, report, type Route } from "../diagnostics/index.ts";

/** Job names that GitLab keeps for itself (`lib/gitlab/ci/config/entry`, and the list in its documentation). */
const RESERVED_JOBS = new Set([
  "image",
  "services",
  "stages",
  "types",
  "before_script",
  "after_script",
  "variables",
  "cache",
  "include",
  "default",
  "workflow",
  "spec",
  "pages:deploy",
  "true",
  "false",
  "nil",
]);

/** Variables whose change would break the job's shell, the reader, or GitLab's own protocol. */
const RESERVED_VARIABLES =
  /^(?:CI|CI_.*|GITLAB_.*|FF_.*|LD_.*|_|_?ci_vault_.*|PATH|HOME|IFS|PWD|OLDPWD|SHELL|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS[0-4]|OPTIND|OPTARG|PPID|UID|EUID|RANDOM|LINENO)$/;

/** An environment's name becomes part of role, policy, job and file names. */
export function checkEnvironmentName(name: string, origin: Route): Diagnostic | undefined {
  if (name.length <= 64 && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) return undefined;
  return report("model/bad-name", atKey(origin), "this environment name cannot be part of a role name", {
    notes: [
      "Vault takes letters, digits, `.`, `_` and `-` in role names, and they begin and end with a letter or digit",
    ],
    help: "rename it, for example `review` instead of `review/*`; `gitlab_environment` can still have any name",
  });
}

/** Prefix of role and policy names, as Vault will store it: lower case. */
export function checkPrefix(name: string): boolean {
  return name.length <= 200 && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name);
}

/** POSIX: a name that every shell can export; and none that the job's shell or GitLab needs for itself. */
export function checkVariable(name: string, origin: Route, tokenVariable: string): Diagnostic | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return report(
      "model/bad-variable",
      atKey(origin),
      `\`${name}\` is not a variable name that a shell accepts`,
      {
        notes: ["letters, digits and `_`, not beginning with a digit"],
        help: `for example \`${looksSecret(name) ? "DB_PASSWORD" : suggestVariable(name)}\``,
      },
    );
  }
  if (RESERVED_VARIABLES.test(name) || name === tokenVariable) {
    return report(
      "model/bad-variable",
      atKey(origin),
      `the variable \`${name}\` belongs to the job's shell or to GitLab`,
      {
        help: `choose another name, for example \`APP_${name.replace(/^_+/, "")}\``,
      },
    );
  }
  return undefined;
}

function suggestVariable(name: string): string {
  const plain = name
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[A-Z_]/.test(plain) ? plain : `SECRET_${plain || "NAME"}`;
}

/** `fullName` is the name in the pipeline, `<job>:<environment>`. */
export function checkJobName(name: string, fullName: string, origin: Route): Diagnostic | undefined {
  if (name === "" || name.startsWith(".")) {
    return report("model/bad-job", atKey(origin), "this name would make a hidden job, which never runs", {
      help: "remove the leading dot",
    });
  }
  if (RESERVED_JOBS.has(name) || RESERVED_JOBS.has(fullName)) {
    return report(
      "model/bad-name",
      atKey(origin),
      `\`${RESERVED_JOBS.has(name) ? name : fullName}\` is a keyword of GitLab and cannot be a job`,
      {
        help: `rename it, for example \`read_${name}\``,
      },
    );
  }
  if (fullName.length <= 255) return undefined;
  return report("model/bad-name", atKey(origin), `the job's name would have ${fullName.length} characters`, {
    notes: ["GitLab takes at most 255, and the environment's name is part of it"],
    help: "shorten it",
  });
}
