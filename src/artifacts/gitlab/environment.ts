import { type EnvironmentPlan, type JobPlan, type JobValue, type Plan, Reference } from "../../plan/index.ts";
import { header } from "../text/header.ts";
import { line } from "../text/quote.ts";
import { type Entry, printYaml } from "../text/yaml.ts";
import { nativeKeys } from "./native.ts";
import { READER_JOB } from "./reader.ts";
import { readScript, ROLE_VARIABLE, sweepScript } from "./script.ts";

/** One environment's fragment: the hidden job that logs in and reads, then the manifest's jobs. */
export function environmentFragment(plan: Plan, environment: EnvironmentPlan): string {
  const hidden = environment.hiddenJob;
  const top = [
    header(plan.manifest),
    "",
    `${line(environment.name)}: ${environment.roles.map(({ because }) => line(because)).join("; or ")}, of ${line(plan.who)}.`,
    `In a job of your own:             extends: ${hidden}`,
    `With a before_script of your own: begin it with - !reference [${hidden}, before_script]`,
  ];
  const entries: Entry[] = [{ key: hidden, value: hiddenJob(plan, environment) }];
  for (const job of environment.jobs) entries.push({ key: job.name, value: visibleJob(environment, job) });
  return printYaml(top.join("\n"), entries);
}

/** `reader` brings the functions: from the reader's own fragment, unless a file must do without that. */
export function hiddenJob(
  plan: Plan,
  environment: EnvironmentPlan,
  reader: JobValue = new Reference([READER_JOB, "script"]),
): { readonly [key: string]: JobValue } {
  const { token } = plan;
  const several = environment.roles.length > 1;
  const job: Record<string, JobValue> = {
    rules: environment.roles.flatMap((role) =>
      role.conditions.map((condition) => ({
        if: condition,
        ...(several ? { variables: { [ROLE_VARIABLE]: role.name } } : {}),
      })),
    ),
  };
  const entered = environment.gitlabEnvironment;
  if (entered !== undefined) {
    job["environment"] = {
      name: entered.name,
      action: entered.action,
      ...(entered.tier === undefined ? {} : { deployment_tier: entered.tier }),
    };
  }
  if (token.kind === "id-token") job["id_tokens"] = { [token.variable]: { aud: token.audience ?? "" } };
  if (environment.reader === "native") return { ...job, ...nativeKeys(plan, environment) };
  job["before_script"] = [reader, readScript(plan, environment)];
  if (environment.leased) job["after_script"] = [reader, sweepScript(plan, environment)];
  return job;
}

/** The manifest's job. It ends with the hidden job in `extends`, so that nothing it extends takes its rules away. */
function visibleJob(environment: EnvironmentPlan, job: JobPlan): JobValue {
  const { extends: bases, before_script: before, after_script: after, ...body } = job.body;
  const list = bases === undefined ? [] : listOf(bases as JobValue);
  const result: Record<string, JobValue> = {
    extends: list.length === 0 ? environment.hiddenJob : [...list, environment.hiddenJob],
  };
  const keep = (key: string) => new Reference([environment.hiddenJob, key]);
  if (before !== undefined) result["before_script"] = [keep("before_script"), ...listOf(before)];
  // The hidden job's is last: it cleans up, also where the job's own fails.
  const swept = environment.leased && environment.reader !== "native";
  if (after !== undefined) result["after_script"] = swept ? [...listOf(after), keep("after_script")] : after;
  return { ...result, ...body };
}

function listOf(value: JobValue): readonly JobValue[] {
  return Array.isArray(value) ? value : [value];
}
