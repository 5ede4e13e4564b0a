import type { Plan, RolePlan } from "../../plan/index.ts";

/** One question about the job: a claim of its token, and the answers worth trying. */
export interface Fact {
  readonly claim: string;
  readonly label: string;
  readonly hint: string;
  /** `list`: a claim with several values, which are written with a comma between them. */
  readonly kind: "choice" | "text" | "list";
  /** An empty value stands for a token without the claim. */
  readonly options: readonly Option[];
}

interface Option {
  readonly value: string;
  readonly label: string;
}

/** A filled-in form to begin with. */
export interface Start {
  readonly label: string;
  readonly role: string;
  readonly claims: Readonly<Record<string, string>>;
}

const LABELS: Readonly<Record<string, string>> = {
  project_id: "Project",
  namespace_id: "Group",
  job_project_id: "Project that the job runs in",
  job_namespace_id: "Group that the job runs in",
  ref_type: "Kind of ref",
  ref: "Branch or tag",
  ref_protected: "Ref protected",
  pipeline_source: "What started the pipeline",
  environment: "GitLab environment of the job",
  environment_protected: "Environment protected",
  deployment_tier: "Tier of the environment",
};

const HINTS: Readonly<Record<string, string>> = {
  ref: "of a merge request: its source branch",
  groups_direct: "with commas between several",
};

/** Asked even where no role looks at them: people think of a job by these. */
const ALWAYS = ["ref_type", "ref", "ref_protected", "pipeline_source"];

/** `CI_PIPELINE_SOURCE` (docs.gitlab.com/ci/jobs/job_rules), with the words of GitLab's interface. */
const SOURCES: Readonly<Record<string, string>> = {
  push: "push",
  web: "web (run by hand)",
  schedule: "schedule",
  api: "api",
  trigger: "trigger (trigger token)",
  pipeline: "pipeline (another project)",
  parent_pipeline: "parent_pipeline (child pipeline)",
  merge_request_event: "merge_request_event (merge request)",
  external_pull_request_event: "external_pull_request_event",
  chat: "chat",
  external: "external",
  ondemand_dast_scan: "ondemand_dast_scan",
  ondemand_dast_validation: "ondemand_dast_validation",
  security_orchestration_policy: "security_orchestration_policy",
  webide: "webide",
};

/** The claims that the roles look at, in the order in which people describe a job. */
export function factsOf(plan: Plan): readonly Fact[] {
  const bound = new Map<string, Set<string>>(ALWAYS.map((claim) => [claim, new Set()]));
  for (const role of rolesOf(plan)) {
    for (const [claim, value] of Object.entries(role.bound.claims)) {
      const values = bound.get(claim) ?? new Set();
      bound.set(claim, values);
      for (const one of [value].flat()) values.add(sample(one, role));
    }
  }
  const order = Object.keys(LABELS);
  const rank = (claim: string) => (order.includes(claim) ? order.indexOf(claim) : order.length);
  return [...bound.entries()]
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([claim, values]) => factOf(claim, [...values], plan));
}

function factOf(claim: string, values: readonly string[], plan: Plan): Fact {
  const fact = (kind: Fact["kind"], options: readonly Option[]) => ({
    claim,
    label: LABELS[claim] ?? claim,
    hint: HINTS[claim] ?? "",
    kind,
    options,
  });
  const plain = values.map((value) => ({ value, label: value }));
  const none = { value: "", label: "none" };
  switch (claim) {
    case "project_id":
    case "job_project_id":
    case "namespace_id":
    case "job_namespace_id":
      return fact("choice", [
        ...ownersOf(plan, values),
        { value: "0", label: claim.endsWith("project_id") ? "another project" : "another group" },
      ]);
    case "ref_type":
      return fact("choice", [
        { value: "branch", label: "branch" },
        { value: "tag", label: "tag" },
      ]);
    case "ref_protected":
      return fact("choice", [
        { value: "true", label: "yes" },
        { value: "false", label: "no" },
      ]);
    case "environment_protected":
      return fact("choice", [none, { value: "true", label: "yes" }, { value: "false", label: "no" }]);
    case "pipeline_source": {
      const unknown = values.filter((value) => !Object.hasOwn(SOURCES, value));
      const known = Object.entries(SOURCES).map(([value, label]) => ({ value, label }));
      return fact("choice", [...known, ...unknown.map((value) => ({ value, label: value }))]);
    }
    case "environment":
    case "deployment_tier":
      return fact("choice", [none, ...plain, { value: "\u{10FFFD}", label: "another one" }]);
    default:
      return fact(claim === "groups_direct" ? "list" : "text", plain);
  }
}

/** Ids with the paths that the manifest gives them. */
function ownersOf({ scope }: Plan, ids: readonly string[]): readonly Option[] {
  const owners = scope.kind === "group" ? [scope.group] : scope.projects;
  return ids.map((value) => {
    const path = owners.find(({ id }) => id === value)?.path;
    return { value, label: path === undefined ? value : `${path} (${value})` };
  });
}

/** One job per role that it admits, so that a first look shows what is meant to work. */
export function startsOf(plan: Plan): readonly Start[] {
  return plan.environments.flatMap(({ name, roles }) =>
    roles.map((role) => ({
      label: `${name}: ${role.because}`,
      role: role.name,
      claims: Object.fromEntries(
        Object.entries(role.bound.claims).map(([claim, value]) => [
          claim,
          sample(likely([value].flat()), role),
        ]),
      ),
    })),
  );
}

function rolesOf({ environments }: Plan): readonly RolePlan[] {
  return environments.flatMap(({ roles }) => roles);
}

/** What people have in mind first. */
function likely(values: readonly string[]): string {
  return values.includes("push") ? "push" : (values[0] ?? "");
}

/** A value that the pattern matches. */
function sample(value: string, { bound }: RolePlan): string {
  return bound.type === "glob" ? value.replace(/\*+/g, "x") : value;
}
