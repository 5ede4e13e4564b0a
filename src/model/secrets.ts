import { atKey, atValue, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import type { ManifestSecret } from "../manifest/index.ts";
import type { Mount, Read, Secret } from "./model.ts";
import { findMount, pathProblem, unsafePath } from "./mounts.ts";
import { checkVariable } from "./names.ts";
import { fill, type Placeholders } from "./placeholders.ts";

/** What all secrets of one environment have in common. */
interface Surroundings {
  readonly mounts: readonly Mount[];
  readonly placeholders: Placeholders;
  readonly tokenVariable: string;
}

type LongForm = Exclude<ManifestSecret, string>;

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
  const long = typeof entry === "string" ? readShortForm(label, entry, origin, around.mounts, found) : entry;
  if (long === undefined) return undefined;
  const pathRoute = typeof entry === "string" ? origin : [...origin, "path"];
  const full = fill(long.path, around.placeholders, atValue(pathRoute), found).replace(/^\//, "");
  const problem = pathProblem(full);
  if (problem !== undefined) found.push(unsafePath(problem, pathRoute, "value"));
  const mount = findMount(around.mounts, full);
  if (problem === undefined && mount === undefined) found.push(unknownMount(pathRoute, around.mounts));
  const reads = readFields(label, long, origin, found);
  for (const { variable } of reads) {
    const route = long.fields === undefined ? origin : [...origin, "fields", variable];
    const bad = checkVariable(variable, route, around.tokenVariable);
    if (bad !== undefined) found.push(bad);
  }
  if (mount === undefined || found.length > before) return undefined;
  const path = full.slice(mount.path.length + 1);
  checkAgainstEngine(mount, path, long, origin, pathRoute, found);
  return {
    label,
    origin,
    mount,
    path,
    version: long.version,
    reads,
    optional: long.optional ?? false,
    description: long.description,
  };
}

function readShortForm(
  label: string,
  text: string,
  origin: Route,
  mounts: readonly Mount[],
  found: Diagnostic[],
): LongForm | undefined {
  const hash = text.lastIndexOf("#");
  const path = hash === -1 ? text : text.slice(0, hash);
  if (looksLikeValue(text) || (!path.includes("/") && findMount(mounts, path) === undefined)) {
    found.push(
      report("model/literal-secret", atKey(origin), `\`${label}\` holds a value where a reference belongs`, {
        notes: [
          "a reference is `mount/path#field`; the value itself stays in Vault",
          "if this was a real secret: it is in your shell history, editor and perhaps git; rotate it",
        ],
        help: `store it in Vault and write, for example, \`${label}: secret/myproject/{environment}/app#${label.toLowerCase()}\``,
      }),
    );
    return undefined;
  }
  if (hash === -1 || hash === text.length - 1) {
    found.push(
      report(
        "model/secret-field",
        atValue(origin),
        `\`${label}\` does not say which field of the secret to read`,
        {
          notes: text.includes(" #")
            ? []
            : ["in YAML, ` #` after a blank begins a comment: write `path#field` without one"],
          help: "add it: `mount/path#field`; for all fields at once use the long form with `as: json`",
        },
      ),
    );
    return undefined;
  }
  return { path, field: text.slice(hash + 1) };
}

/** Well-known shapes of tokens and keys: nobody's Vault path begins like this. */
function looksLikeValue(text: string): boolean {
  return /^(?:glpat-|gl[a-z]{2,5}-|gh[pousr]_|github_pat_|hv[sbr]\.|s\.[A-Za-z0-9]{20}|AKIA|ASIA|xox[abp]-|sk-|sk_live_|eyJ[\w-]+\.|-----BEGIN|AIza)/.test(
    text,
  );
}

function unknownMount(route: Route, mounts: readonly Mount[]): Diagnostic {
  return report("model/unknown-mount", atValue(route), "this path begins with no mount of the manifest", {
    notes: [`mounts: ${mounts.map(({ path, engine }) => `${path} (${engine})`).join(", ")}`],
    help: "add the mount under `vault.mounts`, for example `mounts: { kv: kv-v1 }`, or correct the path",
  });
}

function readFields(label: string, secret: LongForm, origin: Route, found: Diagnostic[]): readonly Read[] {
  const { field, fields } = secret;
  const as = secret.as ?? "env";
  const complain = (message: string, help: string) =>
    found.push(report("model/secret-field", atKey(origin), message, { help }));
  if (as === "json") {
    if (field === undefined && fields === undefined && secret.decode === undefined)
      return [{ as, variable: label }];
    complain(
      `\`${label}\` takes the whole secret and also names a field`,
      "`as: json` stands alone: remove `field`, `fields` and `decode`",
    );
    return [];
  }
  if (field !== undefined && fields !== undefined) {
    complain(`\`${label}\` has both \`field\` and \`fields\``, "keep one of them");
    return [];
  }
  const wanted = fields ?? (field === undefined ? {} : { [label]: field });
  if (Object.keys(wanted).length === 0) {
    complain(
      `\`${label}\` does not say which field of the secret to read`,
      "add `field: NAME`, or `fields: {VARIABLE: field}`, or `as: json`",
    );
  }
  const base64 = secret.decode === "base64";
  return Object.entries(wanted).map(([variable, name]) => {
    if (name === "" || /[\u0000-\u001f\u007f]/.test(name))
      complain(
        `a field of \`${label}\` is empty or has control characters`,
        "write the field as the secret has it",
      );
    return { as, variable, field: name, base64 };
  });
}

function checkAgainstEngine(
  mount: Mount,
  path: string,
  secret: LongForm,
  origin: Route,
  pathRoute: Route,
  found: Diagnostic[],
): void {
  if (mount.engine === "kv-v2" && /^(?:data|metadata)\//.test(path)) {
    found.push(
      report(
        "model/unsafe-path",
        atValue(pathRoute),
        "`data/` belongs to the API of KV v2, not to the path of a secret",
        {
          help: "leave it out: the tool adds it to requests and policies",
        },
      ),
    );
  }
  if (mount.engine !== "kv-v2" && secret.version !== undefined) {
    found.push(
      report(
        "model/secret-field",
        atKey([...origin, "version"]),
        `\`${mount.path}\` is ${mount.engine}, which keeps no versions`,
        {
          help: "remove `version`",
        },
      ),
    );
  }
}
