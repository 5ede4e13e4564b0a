import render from "../../../templates/docs/secrets.md.hbs";
import type { Plan, SecretPlan, Take } from "../../plan/index.ts";
import { header } from "../text/header.ts";
import { diagrams } from "./diagram.ts";

/** SECRETS.md: names, paths and readers; the page that a new member of the team is sent to. */
export function overviewText(plan: Plan): string {
  const secrets = rowsOf(plan);
  const all = plan.environments.flatMap((environment) => environment.secrets);
  const patched = all.find(({ engine, takes }) => engine === "kv-v2" && takes[0]?.field !== undefined);
  const { targets } = plan;
  const folder = plan.directory === "" ? "" : `${plan.directory}/`;
  return render({
    header: header(plan.manifest),
    manifest: plan.manifest,
    who: plan.who,
    server: plan.vault.url,
    namespace: plan.vault.namespace ?? "",
    environments: plan.environments.map((environment) => ({
      name: environment.name,
      roles: environment.roles.map(({ name, because }) => ({ name, because })),
      hiddenJob: environment.hiddenJob,
      jobs: environment.jobs.map(({ name }) => name),
    })),
    diagrams: diagrams(plan),
    secrets,
    rotate: patched === undefined ? [] : [{ words: rotateCommand(patched) }],
    replaces: all.some(({ engine }) => engine === "kv-v1"),
    versioned: secrets.some(({ isVersioned }) => isVersioned),
    leased: secrets.some(({ leased }) => leased),
    pinned: secrets.some(({ version }) => version !== ""),
    applied: [
      targets.includes("vault") ? [`${folder}vault/setup.sh`] : [],
      targets.includes("openbao") ? [`${folder}openbao/setup.sh`] : [],
      targets.includes("terraform") ? [`terraform -chdir=${folder}terraform apply`] : [],
    ].flat(),
  });
}

interface Row {
  readonly name: string;
  readonly description: string;
  readonly takes: readonly { readonly variable: string; readonly how: string }[];
  readonly path: string;
  readonly fields: readonly string[];
  readonly version: string;
  readonly leased: boolean;
  readonly isVersioned: boolean;
  readonly environments: string[];
}

/** One row per secret and path: environments that share a path share a row. */
function rowsOf({ environments }: Plan): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const environment of environments) {
    for (const secret of environment.secrets) {
      const row = rowOf(secret);
      const key = JSON.stringify(row);
      const known = rows.get(key) ?? row;
      rows.set(key, known);
      known.environments.push(environment.name);
    }
  }
  const order = [...new Set([...rows.values()].map(({ name }) => name))];
  return [...rows.values()].toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

function rowOf(secret: SecretPlan): Row {
  return {
    name: secret.name,
    description: secret.description ?? "",
    takes: secret.takes.map((take) => ({ variable: variableOf(take), how: howOf(take) })),
    path: secret.path,
    fields: [...new Set(secret.takes.flatMap(({ field }) => field ?? []))],
    version: secret.version === undefined ? "" : String(secret.version),
    leased: secret.leased,
    isVersioned: secret.engine === "kv-v2",
    environments: [],
  };
}

/** `all` makes a variable of every field, below a prefix. */
export function variableOf({ as, variable }: Take): string {
  return `$${variable}${as === "all" ? "*" : ""}`;
}

function howOf({ as, base64, optional, fallback, sensitive }: Take): string {
  const parts = [
    { env: "", file: "a file", json: "all fields as JSON", all: "one per field" }[as],
    base64 ? "decoded from base64" : "",
    optional ? "optional" : "",
    fallback === undefined ? "" : "has a default",
    sensitive ? "" : "not secret",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** `patch` leaves the other fields alone; the value comes from stdin (`=-`), so that it is in no process list either. */
function rotateCommand({ path, takes }: SecretPlan): readonly string[] {
  return ["vault", "kv", "patch", path, `${takes[0]?.field ?? ""}=-`];
}
