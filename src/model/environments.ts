import { atKey, atValue, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import type { Manifest, ManifestEnvironment } from "../manifest/index.ts";
import { readClaims } from "./claims.ts";
import { readFiles } from "./files.ts";
import type { Environment, Gitlab, GitlabEnvironment, Mount, Secret } from "./model.ts";
import { checkEnvironmentName } from "./names.ts";
import { fill, OWN_PROJECT, type Placeholders } from "./placeholders.ts";
import { checkSources, readRefs } from "./refs.ts";
import { readSecret } from "./secrets.ts";

/** What every environment needs to know of the rest of the manifest. */
export interface Context {
  readonly gitlab: Gitlab;
  readonly mounts: readonly Mount[];
  readonly tokenVariable: string;
  readonly placeholders: Omit<Placeholders, "environment">;
}

export function readEnvironments(
  manifest: Manifest,
  context: Context,
  found: Diagnostic[],
): readonly Environment[] {
  const shared = new Map<string, Diagnostic>();
  const names = new Map<string, string>();
  const environments = Object.entries(manifest.environments).map(([name, environment]) => {
    const origin: Route = ["environments", name];
    const bad = checkEnvironmentName(name, origin);
    if (bad !== undefined) found.push(bad);
    const twin = names.get(name.toLowerCase());
    if (twin !== undefined) {
      found.push(
        report("model/name-collision", atKey(origin), `\`${name}\` and \`${twin}\` would share one role`, {
          notes: ["Vault lower-cases the names of roles and policies"],
          also: [{ place: atKey(["environments", twin]), text: "the other one" }],
          help: "rename one of them",
        }),
      );
    }
    names.set(name.toLowerCase(), name);
    return readEnvironment(name, environment, manifest, context, shared, found);
  });
  if (environments.length === 0) {
    found.push(
      report("model/no-secrets", atKey(["environments"]), "there is no environment", {
        help: "add one, for example `staging: { refs: default-branch }`",
      }),
    );
  }
  found.push(...shared.values());
  return environments;
}

/** A mistake in a shared secret shows in every environment: `shared` keeps one report of each. */
function readEnvironment(
  name: string,
  environment: ManifestEnvironment,
  manifest: Manifest,
  context: Context,
  shared: Map<string, Diagnostic>,
  found: Diagnostic[],
): Environment {
  const origin: Route = ["environments", name];
  const placeholders: Placeholders = { ...context.placeholders, environment: name };
  const inPaths = context.gitlab.scope.kind === "group" ? { project_id: OWN_PROJECT } : {};
  const around = { mounts: context.mounts, placeholders, inPaths, tokenVariable: context.tokenVariable };
  const refs = readRefs(environment.refs, [...origin, "refs"], context.gitlab.defaultBranch, found);
  checkSources(environment.sources, refs, origin, found);
  const own = environment.secrets ?? {};
  const secrets: Secret[] = [];
  for (const [label, entry] of Object.entries(manifest.secrets ?? {})) {
    if (Object.hasOwn(own, label)) continue;
    const here: Diagnostic[] = [];
    const secret = readSecret(label, entry, ["secrets", label], around, here);
    for (const diagnostic of here)
      shared.set(`${diagnostic.code} ${label} ${diagnostic.message}`, diagnostic);
    if (secret !== undefined) secrets.push(secret);
  }
  for (const [label, entry] of Object.entries(own)) {
    const route: Route = [...origin, "secrets", label];
    if (entry === null) {
      if (!Object.hasOwn(manifest.secrets ?? {}, label)) found.push(nothingToRemove(label, route));
      continue;
    }
    const secret = readSecret(label, entry, route, around, found);
    if (secret !== undefined) secrets.push(secret);
  }
  const wanted = Object.keys({ ...manifest.secrets, ...own }).filter((label) => own[label] !== null);
  if (wanted.length === 0) {
    const nothing = report("model/no-secrets", atKey(origin), `\`${name}\` has nothing to read`, {
      help: "add `secrets:`, for example `DB_PASSWORD: secret/myproject/{environment}/db#password`",
    });
    // A manifest without any secret is one mistake, however many environments it has.
    if (environment.secrets !== undefined) found.push(nothing);
    else if (!shared.has("nothing")) shared.set("nothing", nothing);
  }
  checkTwice(secrets, name, shared, found);
  // Where a secret is wrong, a file that names it is no second mistake.
  const broken = wanted.length > secrets.length;
  const about: Diagnostic[] = [];
  const { tokenVariable } = context;
  const files = broken ? [] : readFiles(manifest, environment, origin, { secrets, tokenVariable }, about);
  for (const diagnostic of about)
    shared.set(`${diagnostic.code} ${JSON.stringify(diagnostic.labels)} ${diagnostic.message}`, diagnostic);
  return {
    name,
    origin,
    refs,
    sources: environment.sources === undefined ? undefined : [...new Set(environment.sources)].toSorted(),
    gitlabEnvironment: readGitlabEnvironment(environment.gitlab_environment, origin, placeholders, found),
    reader: environment.reader ?? manifest.reader ?? "script",
    claims: readClaims(environment.claims ?? {}, origin, context.gitlab.version, found),
    secrets,
    files,
  };
}

function nothingToRemove(label: string, route: Route): Diagnostic {
  return report(
    "manifest/invalid-value",
    atKey(route),
    `\`${label}\` removes a shared secret that does not exist`,
    {
      help: "write the path of a secret, or delete the line",
    },
  );
}

/** `fields` can name a variable that another entry sets too. */
function checkTwice(
  secrets: readonly Secret[],
  environment: string,
  shared: Map<string, Diagnostic>,
  found: Diagnostic[],
): void {
  const owners = new Map<string, Secret>();
  for (const secret of secrets) {
    for (const { variable } of secret.reads) {
      const other = owners.get(variable);
      owners.set(variable, secret);
      if (other === undefined) continue;
      const everywhere = secret.origin[0] === "secrets" && other.origin[0] === "secrets";
      const twice = report(
        "model/duplicate-variable",
        atKey([...secret.origin, "fields", variable]),
        `\`${variable}\` would be set twice${everywhere ? "" : ` in \`${environment}\``}`,
        {
          also: [{ place: atKey([...other.origin, "fields", variable]), text: "also here" }],
          help: "rename one of the variables",
        },
      );
      if (!everywhere) found.push(twice);
      else if (!shared.has(`twice ${variable}`)) shared.set(`twice ${variable}`, twice);
    }
  }
}

function readGitlabEnvironment(
  entry: ManifestEnvironment["gitlab_environment"],
  origin: Route,
  placeholders: Placeholders,
  found: Diagnostic[],
): GitlabEnvironment | undefined {
  if (entry === undefined) return undefined;
  const long = typeof entry === "string" ? { name: entry } : entry;
  const route =
    typeof entry === "string" ? [...origin, "gitlab_environment"] : [...origin, "gitlab_environment", "name"];
  const name = fill(long.name, placeholders, atValue(route), found);
  // GitLab: Gitlab::Regex.environment_name_regex; literal names only, since the role binds the name.
  if (!/^(?!\/)[A-Za-z0-9_/. -]{1,255}(?<!\/)$/.test(name)) {
    found.push(
      report(
        "model/bad-name",
        atValue(route),
        "this is not a fixed name that GitLab gives to an environment",
        {
          notes: ["letters, digits, blanks and `_ / . -`; no variables, because the role binds the name"],
          help: "for example `production` or `review/app`",
        },
      ),
    );
  }
  if (long.protected === true) {
    found.push(
      report(
        "model/protected-environment",
        atKey([...origin, "gitlab_environment", "protected"]),
        "protected environments exist in GitLab Premium and Ultimate only",
        {
          notes: ['elsewhere the claim is always "false", and every login of this environment fails'],
          help: "remove `protected` on GitLab Free",
        },
      ),
    );
  }
  return { name, action: long.action ?? "verify", protected: long.protected, tier: long.tier };
}
