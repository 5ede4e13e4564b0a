import { describeContext } from "../../access/index.ts";
import type { Cell, Matrix } from "../../plan/index.ts";

export type MatrixFormat = "table" | "markdown" | "json" | "csv";

export function renderMatrix(matrix: Matrix, format: MatrixFormat): string {
  switch (format) {
    case "table":
      return table(matrix);
    case "markdown":
      return markdown(matrix);
    case "csv":
      return csv(matrix);
    case "json":
      return `${JSON.stringify(asJson(matrix), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

const words = ({ role, deniedBy, mark }: Cell) =>
  (role === undefined ? `no   ${deniedBy.join(", ")}`.trimEnd() : `yes  ${role}`) + marked(mark);

const marked = (mark: string | undefined) => (mark === undefined ? "" : ` (${mark})`);

function table({ columns, lines }: Matrix): string {
  const cells = [
    ["context", ...columns.map(({ name }) => name)],
    ...lines.map((line) => [line.row.id, ...line.cells.map(words)]),
  ];
  const widths = ["", ...columns].map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const text = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${text.map((line) => line.trimEnd()).join("\n")}\n`;
}

function markdown({ columns, lines }: Matrix): string {
  const cell = ({ role, deniedBy, mark }: Cell) =>
    (role === undefined ? `no: ${deniedBy.map(code).join(", ")}` : `**yes**: ${code(role)}`) + marked(mark);
  const rows = [
    ["context", ...columns.map(({ name }) => code(name))],
    ["---", ...columns.map(() => "---")],
    ...lines.map((line) => [code(line.row.id), ...line.cells.map(cell)]),
  ];
  return `${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

/** A code span survives anything but its own fence, a line end and the table's bar. */
function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${text.replace(/[\r\n]+/g, " ").replaceAll("|", "\\|")}${pad}${fence}`;
}

function csv({ columns, lines }: Matrix): string {
  const rows = [
    ["context", ...columns.map(({ name }) => name)],
    ...lines.map((line) => [
      line.row.id,
      ...line.cells.map(
        ({ role, deniedBy, mark }) =>
          (role === undefined ? `denied by ${deniedBy.join(" ")}` : `allowed by ${role}`) + marked(mark),
      ),
    ]),
  ];
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** RFC 4180; and no cell that a spreadsheet would take for a formula. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function asJson({ columns, lines }: Matrix): object {
  const names = columns.map(({ name }) => name);
  return {
    schema_version: 1,
    columns: names,
    rows: lines.map(({ row, cells }) => ({
      context: row.id,
      means: describeContext(row.context),
      cells: Object.fromEntries(
        cells.map(({ role, deniedBy }, index) => [
          names[index],
          { allowed: role !== undefined, role: role ?? null, denied_by: deniedBy },
        ]),
      ),
    })),
    // The part that `--expect` reads.
    allowed: Object.fromEntries(
      lines.map(({ row, cells }) => [row.id, names.filter((_, index) => cells[index]?.role !== undefined)]),
    ),
  };
}
