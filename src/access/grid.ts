import { essential, covers } from "./pattern.ts";
import { type Kind, MERGE_REQUEST, type Rule } from "./rule.ts";

/** What a role can say about where a job runs: every combination of its values. */
export interface Shape {
  readonly kinds: readonly Kind[];
  readonly protections: readonly boolean[];
  /** Of branch and tag pipelines; absent: any. */
  readonly sources: readonly string[] | undefined;
}

export interface Box extends Shape {
  readonly refs: readonly string[];
}

/** One kind, one protection, one class of sources: rules and roles hold for all of it or for none. */
export interface Cell {
  readonly kind: Kind;
  readonly protected: boolean;
  readonly source: string;
}

/** The space that rules and roles divide, cut just fine enough to tell them apart. */
export interface Grid {
  readonly cells: readonly Cell[];
  readonly patterns: readonly string[];
  /** Those of the rules first. */
  readonly shapes: readonly Shape[];
  /** Pairs of a cell and a pattern that some rule names and that no wider pattern includes. */
  readonly needed: readonly string[];
  states(rule: Rule, cell: Cell): boolean;
  admits(cell: Cell, pattern: string): boolean;
  pair(cell: Cell, pattern: string): string;
}

/** Stands for every source that no rule names. No pipeline has it, no manifest can write it. */
const ELSE = "";
const PROTECTIONS: readonly (readonly boolean[])[] = [[false, true], [true], [false]];
/** What `ref_type` and `pipeline_source` can tell apart; a tag in a merge request pipeline does not exist. */
const KINDS: readonly (readonly Kind[])[] = [
  ["branch"],
  ["tag"],
  ["merge-request"],
  ["branch", "tag"],
  ["branch", "merge-request"],
  ["branch", "merge-request", "tag"],
];

export function gridOf(rules: readonly Rule[]): Grid {
  const classes = sourceClasses(rules);
  const cells: Cell[] = [];
  for (const isProtected of [true, false]) {
    cells.push({ kind: "merge-request", protected: isProtected, source: MERGE_REQUEST });
    for (const kind of ["branch", "tag"] as const)
      for (const [source = ELSE] of classes) cells.push({ kind, protected: isProtected, source });
  }
  const patterns = [
    ...new Set(rules.flatMap((rule) => rule.refs ?? ["*"]).map((ref) => ref.replace(/\*+/g, "*"))),
  ].toSorted();
  const states = (rule: Rule, cell: Cell) =>
    rule.kinds.includes(cell.kind) &&
    (rule.protected ?? cell.protected) === cell.protected &&
    (cell.kind === "merge-request" || (rule.sources?.includes(cell.source) ?? true));
  const refsAt = new Map(
    cells.map((cell) => [
      cell,
      essential(rules.filter((rule) => states(rule, cell)).flatMap((rule) => rule.refs ?? ["*"])),
    ]),
  );
  const pair = (cell: Cell, pattern: string) =>
    JSON.stringify([cell.kind, cell.protected, cell.source, pattern]);
  return {
    cells,
    patterns,
    shapes: shapesOf(rules, classes),
    needed: cells.flatMap((cell) => (refsAt.get(cell) ?? []).map((pattern) => pair(cell, pattern))),
    states,
    admits: (cell, pattern) => (refsAt.get(cell) ?? []).some((ref) => covers(ref, pattern)),
    pair,
  };
}

export function cellsOf(shape: Shape, grid: Grid): readonly Cell[] {
  return grid.cells.filter(
    (cell) =>
      shape.kinds.includes(cell.kind) &&
      shape.protections.includes(cell.protected) &&
      (cell.kind === "merge-request" || (shape.sources?.includes(cell.source) ?? true)),
  );
}

/** Sources that the same rules name behave alike: `[ELSE]` is the class of all that none names. */
function sourceClasses(rules: readonly Rule[]): readonly (readonly string[])[] {
  const named = [...new Set(rules.flatMap(({ sources }) => sources ?? []))].toSorted();
  const classes = new Map<string, string[]>();
  for (const source of named) {
    const key = rules.map(({ sources }) => (sources?.includes(source) ? "1" : "0")).join("");
    classes.set(key, [...(classes.get(key) ?? []), source]);
  }
  return [[ELSE], ...classes.values()];
}

/** Any source, or all of some classes: a role can name sources but not exclude them. */
function shapesOf(rules: readonly Rule[], classes: readonly (readonly string[])[]): readonly Shape[] {
  let lists: (readonly string[] | undefined)[] = [[]];
  for (const members of classes.slice(1))
    lists = lists.flatMap((list) => [list, [...(list ?? []), ...members].toSorted()]);
  lists.push(undefined);
  const shapes = KINDS.flatMap((kinds) =>
    PROTECTIONS.flatMap((protections) =>
      lists.flatMap((sources): Shape[] => {
        const alone = kinds.length === 1 && kinds[0] === "merge-request";
        if (alone) return sources?.length === 0 ? [{ kinds, protections, sources }] : [];
        // Without a source nothing but a merge request is left; with any source, a merge request comes along.
        if (sources?.length === 0 || (sources === undefined && String(kinds) !== "tag")) return [];
        return [{ kinds, protections, sources }];
      }),
    ),
  );
  const isLikeRule = (shape: Shape) =>
    rules.some(
      (rule) =>
        String(rule.kinds) === String(shape.kinds) &&
        (rule.protected === undefined
          ? shape.protections.length === 2
          : shape.protections.length === 1 && shape.protections[0] === rule.protected) &&
        String(rule.sources) === String(shape.sources),
    );
  return [...shapes.filter(isLikeRule), ...shapes.filter((shape) => !isLikeRule(shape))];
}
