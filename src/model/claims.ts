import { atKey, atValue, closest, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import { isAtLeast } from "./gitlab.ts";
import type { Claim, Version } from "./model.ts";

/** Claims whose values are the same for a class of jobs, with the GitLab version that brought them. */
const BINDABLE: Readonly<Record<string, readonly [number, number]>> = {
  ci_config_ref_uri: [15, 7],
  groups_direct: [15, 7],
  job_namespace_id: [18, 4],
  job_namespace_path: [18, 4],
  job_project_id: [18, 4],
  job_project_path: [18, 4],
  job_source: [18, 9],
  namespace_path: [12, 10],
  project_path: [12, 10],
  project_visibility: [16, 0],
  ref_path: [16, 0],
  runner_environment: [16, 0],
  sub: [15, 7],
  user_access_level: [15, 7],
  user_email: [12, 10],
  user_id: [12, 10],
  user_login: [12, 10],
};

/** Claims that the generator binds itself, and the key that governs them. */
const OWNED: Readonly<Record<string, string>> = {
  aud: "vault.auth.audience",
  iss: "gitlab.url",
  project_id: "gitlab.project",
  namespace_id: "gitlab.group",
  ref: "refs",
  ref_type: "refs",
  ref_protected: "refs",
  pipeline_source: "sources",
  environment: "gitlab_environment",
  environment_protected: "gitlab_environment",
  environment_action: "gitlab_environment",
  deployment_tier: "gitlab_environment",
};

export function readClaims(
  claims: Readonly<Record<string, string | readonly string[]>>,
  origin: Route,
  version: Version,
  found: Diagnostic[],
): readonly Claim[] {
  return Object.entries(claims)
    .map(([name, value]) => {
      const route = [...origin, "claims", name];
      const values = typeof value === "string" ? [value] : [...new Set(value)];
      checkName(name, route, version, found);
      for (const [index, text] of values.entries()) {
        if (text === "" || /^\*+$/.test(text)) {
          const place = atValue(typeof value === "string" ? route : [...route, index]);
          found.push(
            report("model/bad-claim", place, `a value of \`${name}\` binds nothing`, {
              notes: ["an empty value matches no job, `*` alone matches every job"],
              help: "name the values that are allowed",
            }),
          );
        }
      }
      return { name, values };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function checkName(name: string, route: Route, version: Version, found: Diagnostic[]): void {
  const owner = Object.hasOwn(OWNED, name) ? OWNED[name] : undefined;
  if (owner !== undefined) {
    found.push(
      report("model/bad-claim", atKey(route), `the claim \`${name}\` follows from \`${owner}\``, {
        help: `remove it here and set \`${owner}\``,
      }),
    );
    return;
  }
  const since = Object.hasOwn(BINDABLE, name) ? BINDABLE[name] : undefined;
  if (since === undefined) {
    const meant = closest(name, Object.keys(BINDABLE));
    found.push(
      report("model/bad-claim", atKey(route), `\`${name}\` is not a claim that can be bound`, {
        notes: [
          name === "runner_id"
            ? "it is a number in the token, and Vault never finds a number equal to the text of a role"
            : "a claim that a token lacks makes every login fail, and one that differs from job to job matches none",
          `claims: ${Object.keys(BINDABLE).join(", ")}`,
        ],
        help:
          name === "runner_id"
            ? "remove it; `runner_environment` tells GitLab's runners from your own"
            : meant && `did you mean \`${meant}\`?`,
      }),
    );
    return;
  }
  const [major, minor] = since;
  if (isAtLeast(version, major, minor)) return;
  found.push(
    report("model/bad-claim", atKey(route), `the claim \`${name}\` exists since GitLab ${major}.${minor}`, {
      help: `remove it, or set \`gitlab.version: "${major}.${minor}"\``,
    }),
  );
}
