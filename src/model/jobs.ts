import { atKey, atValue, closest, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { Environment, Job, JobValue } from "./model.ts";
import { checkJobName } from "./names.ts";

/** Keys that the environment's hidden job supplies; a job with its own would run elsewhere, or without a token. */
const OWNED_KEYS: Readonly<Record<string, string>> = {
  rules: "where the job runs follows from `refs` and `sources` of its environment",
  only: "where the job runs follows from `refs` and `sources` of its environment",
  except: "where the job runs follows from `refs` and `sources` of its environment",
};

export function readJobs(
  manifest: Manifest,
  environments: readonly Environment[],
  tokenVariable: string,
  found: Diagnostic[],
): readonly Job[] {
  const names = environments.map(({ name }) => name);
  return Object.entries(manifest.jobs ?? {}).map(([name, { environments: wanted, ...body }]) => {
    const origin: Route = ["jobs", name];
    checkEnvironments(wanted ?? [], names, origin, found);
    const runsIn = [...new Set(wanted ?? names)].filter((environment) => names.includes(environment));
    // One report, even if the name fits in no environment.
    const [bad] = runsIn.flatMap((environment) => checkJobName(name, `${name}:${environment}`, origin) ?? []);
    if (bad !== undefined) found.push(bad);
    const chosen = environments.filter((environment) => runsIn.includes(environment.name));
    checkBody(body, origin, chosen, tokenVariable, found);
    return { name, origin, environments: runsIn, body: body as Job["body"] };
  });
}

function checkEnvironments(
  wanted: readonly string[],
  known: readonly string[],
  origin: Route,
  found: Diagnostic[],
): void {
  for (const [index, name] of wanted.entries()) {
    if (known.includes(name)) continue;
    const meant = closest(name, known);
    found.push(
      report(
        "model/unknown-environment",
        atValue([...origin, "environments", index]),
        "the manifest has no such environment",
        {
          notes: [`environments: ${known.join(", ")}`],
          help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
        },
      ),
    );
  }
}

function checkBody(
  body: Readonly<Record<string, unknown>>,
  origin: Route,
  environments: readonly Environment[],
  tokenVariable: string,
  found: Diagnostic[],
): void {
  const conflict = (key: readonly string[], message: string, help: string) =>
    found.push(report("model/job-conflict", atKey([...origin, ...key]), message, { help }));
  for (const [key, why] of Object.entries(OWNED_KEYS)) {
    if (Object.hasOwn(body, key))
      conflict([key], `\`${key}\` is generated: ${why}`, "remove it; use `environments` to choose");
  }
  if (Object.hasOwn(body, "trigger")) {
    found.push(
      report(
        "model/bad-job",
        atKey([...origin, "trigger"]),
        "a trigger job has no token and runs no script",
        { help: "read the secrets in a job with `script`" },
      ),
    );
  } else if (Object.hasOwn(body, "run")) {
    // GitLab takes either `run` or scripts, and the secrets are read in `before_script`.
    const message = "a job with `run` can have no `before_script`, which reads the secrets";
    const help = "use `script`";
    found.push(report("model/bad-job", atKey([...origin, "run"]), message, { help }));
  } else if (!["script", "extends"].some((key) => Object.hasOwn(body, key))) {
    found.push(
      report("model/bad-job", atKey(origin), "this job has no `script`", {
        help: "add `script:` with the command that needs the secrets",
      }),
    );
  }
  if (
    environments.some(({ gitlabEnvironment }) => gitlabEnvironment !== undefined) &&
    Object.hasOwn(body, "environment")
  ) {
    conflict(
      ["environment"],
      "`environment` follows from `gitlab_environment`, which the role binds",
      "remove it here",
    );
  }
  const tokens = body["id_tokens"];
  if (isMapping(tokens) && Object.hasOwn(tokens, tokenVariable)) {
    conflict(
      ["id_tokens", tokenVariable],
      `\`${tokenVariable}\` is generated, with the audience that the role expects`,
      "choose another name",
    );
  }
  const taken = new Set(
    environments.flatMap(({ secrets }) =>
      secrets.flatMap(({ reads }) => reads.map(({ variable }) => variable)),
    ),
  );
  for (const [route, name] of setVariables(body)) {
    if (name === tokenVariable)
      conflict(route, `\`${name}\` would replace the token of the job`, "remove it");
    else if (taken.has(name))
      conflict(route, `\`${name}\` is read from Vault`, "remove it, or rename the secret");
  }
}

/** The variables that a job sets, with the way to each: its own and those of `parallel: matrix`. */
function setVariables(
  body: Readonly<Record<string, unknown>>,
): readonly (readonly [readonly string[], string])[] {
  const { variables, parallel } = body;
  const own = isMapping(variables) ? Object.keys(variables) : [];
  const matrix = isMapping(parallel) ? parallel["matrix"] : undefined;
  const rows: readonly JobValue[] = Array.isArray(matrix) ? matrix : [];
  return [
    ...own.map((name) => [["variables", name], name] as const),
    ...rows.flatMap((row, index) =>
      isMapping(row)
        ? Object.keys(row).map((name) => [["parallel", "matrix", String(index), name], name] as const)
        : [],
    ),
  ];
}

function isMapping(value: unknown): value is Readonly<Record<string, JobValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
