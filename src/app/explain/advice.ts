import { MERGE_REQUEST, type Verdict } from "../../access/index.ts";
import type { Compiled } from "../compile.ts";
import type { Claims } from "./payload.ts";

interface Case {
  readonly environment: string;
  readonly claims: Claims;
  readonly compiled: Compiled;
  /** All claims that are in the way of this role. */
  readonly wrong: readonly string[];
}

/** What to change, in the manifest or in GitLab, so that this claim would no longer be in the way. */
export function adviseOn(
  verdict: Verdict,
  { environment, claims, compiled, wrong }: Case,
): readonly string[] {
  const { claim, actual, result } = verdict;
  const { model, plan } = compiled;
  const at = `environments.${environment}`;
  const value = typeof actual === "string" ? actual : undefined;
  if (result === "type") return ["GitLab's tokens have text here: was this payload written by hand?"];
  switch (claim) {
    case "iss":
      return value !== undefined && !value.startsWith("http")
        ? [
            "a token of GitLab before 15.7 (CI_JOB_JWT, predefined) names the bare host; it needs its own roles:",
            'set gitlab.version: "15.6" while jobs have such tokens',
          ]
        : ["is this token of another GitLab? then gitlab.url is another one"];
    case "aud":
      return plan.token.audience === undefined
        ? ["roles of this gitlab.version expect no audience: set gitlab.version to 15.7 or later"]
        : [
            `in the job: id_tokens: { ${plan.token.variable}: { aud: ${plan.token.audience} } }; the text must be the same to the letter`,
          ];
    case "project_id":
      return [
        "another project: a fork, or one that the manifest does not list under gitlab.projects",
        "a merge request from a fork carries the ids of the fork",
      ];
    case "namespace_id":
      return ["only projects directly in the group; those of subgroups are not"];
    case "job_project_id":
    case "job_namespace_id":
      return ["the job runs in another project than the manifest's: a merge request into that one"];
    case "ref_type":
    case "ref": {
      const { ref, ref_type: type, pipeline_source: source } = claims;
      if (typeof ref !== "string" || (type !== "branch" && type !== "tag")) return [];
      // One advice for both; and a merge request needs another one.
      if ((claim === "ref" && wrong.includes("ref_type")) || source === MERGE_REQUEST) return [];
      return [`to allow it, add to ${at}.refs: { ${type}: ${quoted(ref)} }`];
    }
    case "ref_protected":
      return value === "false"
        ? [
            "protect the branch or tag in GitLab (Settings > Repository); merge request pipelines are not protected,",
            "even if their source branch is",
          ]
        : ["the rule asks for refs that are not protected"];
    case "pipeline_source":
      return sourceAdvice(value, verdict.wanted, at);
    case "environment":
      return result === "missing"
        ? ["the job has no `environment:`; let it extend the generated hidden job, which enters it"]
        : [`the job enters another GitLab environment than ${at}.gitlab_environment`];
    case "environment_protected":
      return ["protect the environment in GitLab (Premium); on GitLab Free the claim is always false"];
    case "deployment_tier":
      return [
        "set deployment_tier in the job, as the generated hidden job does, or the tier of the environment",
      ];
    default:
      return model.environments.some((one) => one.claims.some(({ name }) => name === claim))
        ? [`from ${at}.claims`]
        : [];
  }
}

function sourceAdvice(value: string | undefined, wanted: readonly unknown[], at: string): readonly string[] {
  if (String(wanted) === MERGE_REQUEST) return ["this role is for merge request pipelines only"];
  if (value === MERGE_REQUEST)
    return [`merge requests have a rule of their own: add merge-requests to ${at}.refs if they may read`];
  if (value === "parent_pipeline")
    return [
      "child pipelines are left out, since those of merge requests look the same;",
      "read the secrets in the parent pipeline",
    ];
  return value === undefined ? [] : [`to allow it, name it in ${at}.sources, beside those that are needed`];
}

/** As YAML takes it in a flow mapping. */
function quoted(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) ? text : JSON.stringify(text);
}
