import { posix } from "node:path";
import { type Row, rowsOfRef, rulesOf, type Setting, standardRows } from "../../access/index.ts";
import { closest, report } from "../../diagnostics/index.ts";
import type { Host } from "../../host/index.ts";
import { type FileRead, readContexts, readExpectation } from "../../manifest/index.ts";
import type { Model } from "../../model/index.ts";
import { type Column, environmentColumns, fillMatrix, pathColumns, type Plan } from "../../plan/index.ts";
import { compile } from "../compile.ts";
import { type ExitCode, tell } from "../report.ts";
import { differences } from "./expect.ts";
import { ownRows } from "./own-rows.ts";
import { type MatrixFormat, renderMatrix } from "./render.ts";

export interface MatrixOptions {
  readonly by?: "environment" | "secret" | undefined;
  readonly format?: MatrixFormat | undefined;
  /** A file with contexts of the user's own, instead of the standard ones. */
  readonly context?: string | undefined;
  /** A file that says which cells must be allowed. */
  readonly expect?: string | undefined;
  /** Only what can run on this ref. */
  readonly ref?: string | undefined;
  /** Only this path of the server: who can read it? */
  readonly path?: string | undefined;
}

/** `ci-vault-gen matrix MANIFEST`: which job may read what, and what stops the others. */
export function matrix(host: Host, manifest: string, options: MatrixOptions = {}): ExitCode {
  const result = compile(host, manifest);
  tell(host, result.diagnostics, result.source, "human");
  if (result.value === undefined) return 2;
  const { model, plan } = result.value;
  const rows = chooseRows(host, model, options);
  const columns = chooseColumns(host, plan, options);
  if (rows === undefined || columns === undefined) return 2;
  const filled = fillMatrix(rows, columns, plan, model.gitlab.version);
  if (options.expect === undefined) {
    host.out(renderMatrix(filled, options.format ?? "table"));
    return 0;
  }
  const expected = open(host, options.expect, readExpectation);
  if (expected === undefined) return 2;
  const compared = differences(filled, expected);
  if (compared.unknown !== undefined) {
    host.err(`${options.expect}: ${compared.unknown}\n`);
    return 2;
  }
  for (const line of compared.lines) host.out(`${line}\n`);
  host.err(
    compared.lines.length === 0
      ? `as expected: ${compared.cells} cells of ${options.expect}\n`
      : `${compared.lines.length} of ${compared.cells} cells differ from ${options.expect}\n`,
  );
  return compared.lines.length === 0 ? 0 : 1;
}

export function settingOf({ gitlab, environments }: Model): Setting {
  return {
    scope: gitlab.scope,
    defaultBranch: gitlab.defaultBranch,
    rules: environments.flatMap((environment) => rulesOf(environment, gitlab)),
  };
}

function chooseRows(host: Host, model: Model, options: MatrixOptions): readonly Row[] | undefined {
  const setting = settingOf(model);
  if (options.context !== undefined) {
    const own = open(host, options.context, readContexts);
    return own && ownRows(own, setting);
  }
  return options.ref === undefined ? standardRows(setting) : rowsOfRef(options.ref, setting);
}

function chooseColumns(host: Host, plan: Plan, options: MatrixOptions): readonly Column[] | undefined {
  if (options.path === undefined)
    return options.by === "secret" ? pathColumns(plan) : environmentColumns(plan);
  const wanted = options.path.replace(/^\/(?:v1\/)?|\/$/g, "");
  const columns = pathColumns(plan);
  // People write KV v2 paths as the command line does, without `data/`, which is what their server's page shows.
  const plain = (path: string) => path.replace(/^(.*?)\/data\//, "$1/");
  const found = columns.filter(({ name }) => name === wanted || plain(name) === wanted);
  if (found.length > 0) return found;
  const names = columns.map(({ name }) => name);
  const meant = closest(wanted, names);
  host.err(
    `no environment of this manifest reads ${wanted}${meant === undefined ? "" : `; did you mean ${meant}?`}\n`,
  );
  return undefined;
}

/** A second input file; its problems are told like those of a manifest. */
export function open<T>(
  host: Host,
  path: string,
  read: (path: string, bytes: Uint8Array) => FileRead<T>,
): T | undefined {
  const bytes = host.readFile(posix.resolve(host.cwd, path));
  if (bytes === undefined) {
    const missing = report("manifest/not-found", undefined, `there is no file at ${path}`, {});
    tell(host, [missing], undefined, "human");
    return undefined;
  }
  const { value, diagnostics, source } = read(path, bytes);
  tell(host, diagnostics, source, "human");
  return value;
}
