import { closest } from "../../diagnostics/index.ts";
import type { Expectation } from "../../manifest/index.ts";
import type { Matrix } from "../../plan/index.ts";

export interface Differences {
  /** One for each cell that is not as expected. */
  readonly lines: readonly string[];
  readonly cells: number;
  /** A name in the file that the matrix does not have: a typo would otherwise pass as a test. */
  readonly unknown?: string;
}

/** Compares the rows that the file names with the matrix; rows that it does not name may be as they are. */
export function differences({ columns, lines }: Matrix, expected: Expectation): Differences {
  const names = columns.map(({ name }) => name);
  const ids = lines.map(({ row }) => row.id);
  const found: string[] = [];
  for (const [id, allowed] of Object.entries(expected)) {
    const line = lines.find(({ row }) => row.id === id);
    if (line === undefined) return { lines: [], cells: 0, unknown: noSuch("context", id, ids) };
    const stranger = allowed.find((name) => !names.includes(name));
    if (stranger !== undefined) return { lines: [], cells: 0, unknown: noSuch("column", stranger, names) };
    for (const [index, name] of names.entries()) {
      const cell = line.cells[index];
      const isAllowed = cell?.role !== undefined;
      if (isAllowed === allowed.includes(name)) continue;
      found.push(
        isAllowed
          ? `${id}: may read ${name}, by the role ${cell.role}, and should not`
          : `${id}: should read ${name}, and is denied by ${cell?.deniedBy.join(", ") || "every role"}`,
      );
    }
  }
  return { lines: found, cells: Object.keys(expected).length * names.length };
}

function noSuch(what: string, name: string, known: readonly string[]): string {
  const meant = closest(name, known);
  return `there is no ${what} ${name}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}
