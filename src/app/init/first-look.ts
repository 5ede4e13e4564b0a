import { standardRows } from "../../access/index.ts";
import type { Host } from "../../host/index.ts";
import { environmentColumns, fillMatrix } from "../../plan/index.ts";
import { compile } from "../compile.ts";
import { settingOf } from "../matrix/index.ts";
import { renderMatrix } from "../matrix/render.ts";

/**
 * Who can read what, as `matrix` shows it, without the rows from which nothing can be read: in a first look they would
 * bury the few that matter.
 */
export function firstLook(host: Host, manifest: string): string {
  const { value } = compile(host, manifest);
  if (value === undefined) return "";
  const { model, plan } = value;
  const rows = standardRows(settingOf(model));
  const filled = fillMatrix(rows, environmentColumns(plan), plan, model.gitlab.version);
  const lines = filled.lines.filter(({ cells }) => cells.some(({ role }) => role !== undefined));
  const others = filled.lines.length - lines.length;
  return `${renderMatrix({ ...filled, lines }, "table")}${others} other kinds of jobs can read nothing: ci-vault-gen matrix ${manifest}\n`;
}
