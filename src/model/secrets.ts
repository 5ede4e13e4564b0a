import { atValue, closest, type Diagnostic, looksSecret, report, type Route } from "../diagnostics/index.ts";
import type { ManifestSecret } from "../manifest/index.ts";
import { ENGINES } from "./engines.ts";
import { type LongForm, readFields } from "./fields.ts";
import type { Mount, Secret } from "./model.ts";
import { findMount, pathProblem, unsafePath } from "./mounts.ts";
import { checkVariable } from "./names.ts";
import { checkAgainstEngine, checkOptions } from "./options.ts";
import { fill, type Placeholders } from "./placeholders.ts";

/** What all secrets of one environment have in common. */
interface Surroundings {
  readonly mounts: readonly Mount[];
  readonly placeholders: Placeholders;
  /** What is different in paths, where something may be left open until a job runs. */
  readonly inPaths: Partial<Placeholders>;
  readonly tokenVariable: string;
}

/**
 * One entry of `secrets` for one environment. Never quotes the entry's text: whoever pastes a value where a reference
 * belongs must not find it again in a job log.
 */
export function readSecret(
  label: string,
  entry: ManifestSecret,
  origin: Route,
  around: Surroundings,
  found: Diagnostic[],
): Secret | undefined {
  const before = found.length;
  const long = typeof entry === "string" ? readShortForm(label, entry, origin, around, found) : entry;
  if (long === undefined) return undefined;
  const pathRoute = typeof entry === "string" ? origin : [...origin, "path"];
  if (looksSecret(long.path)) {
    found.push(literalSecret(label, pathRoute));
    return undefined;
  }
  const full = fill(
    long.path,
    { ...around.placeholders, ...around.inPaths },
    atValue(pathRoute),
    found,
  ).replace(/^\//, "");
  const problem = pathProblem(full);
  if (problem !== undefined) found.push(unsafePath(problem, pathRoute, "value"));
  const mount = findMount(around.mounts, full);
  if (found.length === before && mount === undefined)
    found.push(unknownMount(pathRoute, full, around.mounts));
  const reads = readFields(label, long, { origin, short: typeof entry === "string" }, found);
  for (const { variable } of reads) {
    const route = long.fields === undefined ? origin : [...origin, "fields", variable];
    const bad = checkVariable(variable, route, around.tokenVariable);
    if (bad !== undefined) found.push(bad);
  }
  if (mount === undefined || found.length > before) return undefined;
  const path = full.slice(mount.path.length + 1);
  checkAgainstEngine({ mount, path }, long, origin, pathRoute, found);
  checkOptions(long, reads, origin, found);
  return {
    label,
    origin,
    mount,
    path,
    version: long.version,
    reads,
    body: bodyOf(mount, long),
    leased: ENGINES[mount.engine].leased,
    optional: long.default !== undefined || (long.optional ?? false),
    fallback: long.default,
    sensitive: long.sensitive ?? true,
    filename: long.filename,
    description: long.description,
  };
}

/** Engines that make a secret on request are asked with a write, even where there is nothing to tell them. */
function bodyOf(mount: Mount, { with: parameters }: LongForm): string | undefined {
  if (parameters === undefined && ENGINES[mount.engine].request !== "write") return undefined;
  return JSON.stringify(parameters ?? {});
}

function readShortForm(
  label: string,
  text: string,
  origin: Route,
  { mounts }: Surroundings,
  found: Diagnostic[],
): LongForm | undefined {
  const hash = text.lastIndexOf("#");
  const path = hash === -1 ? text : text.slice(0, hash);
  const below = path.replace(/^\//, "");
  // Without a field and without a mount nothing says that this is a reference.
  if (looksSecret(text) || (hash === -1 && !below.includes("{") && findMount(mounts, below) === undefined)) {
    found.push(literalSecret(label, origin));
    return undefined;
  }
  if (hash === -1 || hash === text.length - 1) {
    found.push(
      report(
        "model/secret-field",
        atValue(origin),
        `\`${label}\` does not say which field of the secret to read`,
        {
          notes: ["in YAML a `#` after a blank begins a comment: write `path#field` without one"],
          help: "add it: `mount/path#field`; for all fields at once use the long form with `as: json`",
        },
      ),
    );
    return undefined;
  }
  return { path, field: text.slice(hash + 1) };
}

function literalSecret(label: string, place: Route): Diagnostic {
  // The label might be the pasted value itself, and lower case would hide its shape from the scrubbing of messages.
  const example = looksSecret(label) ? "name" : label.toLowerCase();
  return report(
    "model/literal-secret",
    atValue(place),
    `\`${label}\` holds a value where a reference belongs`,
    {
      label: "not a reference",
      notes: [
        "a reference is `mount/path#field`; the value itself stays in Vault",
        "if this was a real secret: it is in your editor, shell history and perhaps git; rotate it",
      ],
      help: `store it in Vault and write, for example, \`${label}: secret/myproject/{environment}/app#${example}\``,
    },
  );
}

function unknownMount(route: Route, path: string, mounts: readonly Mount[]): Diagnostic {
  if (mounts.some((mount) => mount.path === path)) {
    return report("model/unsafe-path", atValue(route), "this path names a mount and no secret in it", {
      help: "add the rest of the path, for example `secret/myproject/db`",
    });
  }
  const meant = mounts.find((mount) => closest(path.split("/")[0] ?? "", [mount.path]) !== undefined);
  return report("model/unknown-mount", atValue(route), "this path begins with no mount of the manifest", {
    notes: [`mounts: ${mounts.map((mount) => `${mount.path} (${mount.engine})`).join(", ") || "none"}`],
    help:
      meant === undefined
        ? "add the mount under `vault.mounts`, for example `mounts: { kv: kv-v1 }`, or correct the path"
        : `did you mean \`${meant.path}/…\`? other mounts are added under \`vault.mounts\``,
  });
}
