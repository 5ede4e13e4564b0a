import {
  atKey,
  atValue,
  closest,
  type Diagnostic,
  looksSecret,
  report,
  type Route,
} from "../diagnostics/index.ts";
import type { ManifestFile } from "../manifest/index.ts";
import type { FilePart, RenderedFile, Secret } from "./model.ts";
import { checkVariable } from "./names.ts";

/** The keys of a manifest or environment that ask for files made of secrets. */
interface Wishes {
  readonly files?: Readonly<Record<string, ManifestFile>> | undefined;
  readonly env_file?: string | undefined;
}

/** Files of one environment: the shared ones, its own, and the one for `docker run --env-file`. */
export function readFiles(
  shared: Wishes,
  own: Wishes,
  origin: Route,
  around: { readonly secrets: readonly Secret[]; readonly tokenVariable: string },
  found: Diagnostic[],
): readonly RenderedFile[] {
  const entries = [
    ...Object.entries(shared.files ?? {})
      .filter(([variable]) => !Object.hasOwn(own.files ?? {}, variable))
      .map(([variable, entry]) => ({ variable, entry, route: ["files", variable] as Route })),
    ...Object.entries(own.files ?? {}).map(([variable, entry]) => {
      return { variable, entry, route: [...origin, "files", variable] as Route };
    }),
  ];
  const files = entries.map(({ variable, entry, route }): RenderedFile => {
    const parts = readTemplate(entry, [...route, "template"], around.secrets, found);
    return { variable, filename: entry.filename ?? variable, parts, origin: route };
  });
  if (own.env_file !== undefined)
    files.push(readEnvFile(own.env_file, [...origin, "env_file"], around.secrets, found));
  checkNames(files, around, found);
  return files;
}

/** `{NAME}` is a secret's value, `{{` and `}}` are braces. */
function readTemplate(
  { template, escape = "none" }: ManifestFile,
  route: Route,
  secrets: readonly Secret[],
  found: Diagnostic[],
): readonly FilePart[] {
  const wrong = (message: string, help: string, notes: readonly string[] = []) =>
    found.push(report("model/rendered-file", atValue(route), message, { notes, help }));
  const reads = secrets.flatMap((secret) => secret.reads);
  const variables = reads.filter(({ as }) => as !== "all").map(({ variable }) => variable);
  const prefixes = reads.filter(({ as }) => as === "all").map(({ variable }) => variable);
  const parts: FilePart[] = [];
  for (const [token] of template.matchAll(/\{\{|\}\}|\{[A-Za-z_][A-Za-z0-9_]*\}|[{}]|[^{}]+/g)) {
    if (token === "{" || token === "}") {
      wrong(
        "a brace in the template that belongs to no name",
        "write `{{` and `}}` for braces of the text, and `{NAME}` for the value of a secret",
      );
      return [];
    }
    if (!/^\{.+\}$/.test(token)) {
      addText(parts, token === "{{" || token === "}}" ? token.charAt(0) : token);
      continue;
    }
    const name = token.slice(1, -1);
    if (!variables.includes(name) && !prefixes.some((prefix) => name.startsWith(prefix))) {
      const meant = closest(name, variables);
      wrong(
        `\`${name}\` is no variable of this environment's secrets`,
        meant === undefined ? "add it to `secrets`, or remove it here" : `did you mean \`{${meant}}\`?`,
        [`there are ${[...variables, ...prefixes.map((prefix) => `${prefix}*`)].join(", ") || "none"}`],
      );
      return [];
    }
    parts.push({ variable: name, form: escape });
  }
  if (parts.some((part) => "text" in part && looksSecret(part.text)))
    found.push(
      report("model/literal-secret", atValue(route), "the template holds a value where `{NAME}` belongs", {
        notes: ["its text stands in the generated files; if this was a real secret: rotate it"],
        help: "store the value in Vault, add it to `secrets`, and name it here",
      }),
    );
  if (template.includes("\0")) wrong("a template cannot hold a NUL character", "remove it");
  return parts;
}

function addText(parts: FilePart[], text: string): void {
  const last = parts.at(-1);
  if (last !== undefined && "text" in last) parts[parts.length - 1] = { text: last.text + text };
  else parts.push({ text });
}

/** All that a container can use: not the paths of files, which it does not have. */
function readEnvFile(
  variable: string,
  route: Route,
  secrets: readonly Secret[],
  found: Diagnostic[],
): RenderedFile {
  const reads = secrets.flatMap((secret) => secret.reads);
  const open = reads.find(({ as }) => as === "all");
  if (open !== undefined)
    found.push(
      report("model/rendered-file", atKey(route), `an env file cannot list \`${open.variable}*\``, {
        notes: ["which fields `as: all` will find is known only in the job"],
        help: "name the fields with `fields:`",
      }),
    );
  const parts = reads
    .filter(({ as }) => as === "env" || as === "json")
    .map((read): FilePart => ({ variable: read.variable, form: "env" }));
  return { variable, filename: variable, parts, origin: route };
}

/** Variables and file names of one environment are one set each: the last one would replace the first. */
function checkNames(
  files: readonly RenderedFile[],
  { secrets, tokenVariable }: { readonly secrets: readonly Secret[]; readonly tokenVariable: string },
  found: Diagnostic[],
): void {
  const reads = secrets.flatMap((secret) =>
    secret.reads.map((read) => ({ ...read, filename: secret.filename })),
  );
  const variables = new Set(reads.map(({ variable }) => variable));
  const names = new Set(
    reads.flatMap(({ as, variable, filename }) =>
      as === "file" ? [variable, ...(filename === undefined ? [] : [filename])] : [],
    ),
  );
  for (const { variable, filename, origin } of files) {
    const bad = checkVariable(variable, origin, tokenVariable);
    if (bad !== undefined) found.push(bad);
    const wrong = (message: string, help: string) =>
      found.push(report("model/rendered-file", atKey(origin), message, { help }));
    if (variables.has(variable)) wrong(`\`${variable}\` would be set twice`, "rename one of the variables");
    else if (
      !/^[A-Za-z0-9._][A-Za-z0-9._-]{0,99}$/.test(filename) ||
      /^\.(?:\.|traps|leases)?$/.test(filename)
    )
      wrong("this is not a plain file name", "for example `.npmrc`, without a folder");
    else if (names.has(filename))
      wrong(`two files would be named \`${filename}\``, "give one of them another `filename`");
    variables.add(variable);
    names.add(filename);
  }
}
