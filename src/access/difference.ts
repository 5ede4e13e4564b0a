import { type Axis, axesOf } from "./axes.ts";
import { allows, type Context } from "./context.ts";
import { overlaps } from "./overlap.ts";
import { matches } from "./pattern.ts";
import type { Rule } from "./rule.ts";

/** A part of what a rule admits: for each axis the labels of some of its points, in every combination. */
export interface Part {
  readonly rule: Rule;
  readonly axes: readonly Axis[];
  readonly labels: ReadonlyMap<Axis["name"], readonly string[]>;
  /** Patterns of the other side that admit some of these refs already, and whose other refs are none of these. */
  readonly apartFrom: readonly string[];
  /** The other side knows the same projects: nobody needs to be told which. */
  readonly isSameScope: boolean;
  readonly example: Context;
}

interface Cell {
  /** The index of a point for each axis. */
  readonly at: readonly number[];
  readonly context: Context;
}

/**
 * What `rules` admit and `others` do not, exactly: every cell of every rule is asked, and the cells that are new are put
 * together again to as few parts as they make.
 */
export function difference(rules: readonly Rule[], others: readonly Rule[]): readonly Part[] {
  const all = [...rules, ...others];
  return rules.flatMap((rule) => {
    const axes = axesOf(rule, all);
    const fresh = cellsOf(axes).filter(({ context }) => !others.some((other) => allows(other, context)));
    return parts(
      fresh.map(({ at }) => at),
      axes.length,
    ).map((box): Part => {
      const inside = fresh.filter(({ at }) => at.every((index, axis) => box[axis]?.includes(index)));
      const [first] = inside;
      if (first === undefined) throw new Error("a part without a cell");
      return {
        rule,
        axes,
        labels: new Map(
          axes.map(({ name, points }, axis) => [
            name,
            (box[axis] ?? []).flatMap((index) => points[index]?.label ?? []),
          ]),
        ),
        apartFrom: apartFrom(
          inside.map(({ context }) => context),
          axes.find(({ name }) => name === "ref")?.points.map(({ label }) => label) ?? [],
          others,
        ),
        isSameScope: others.every((other) => scopeOf(other) === scopeOf(rule)),
        example: first.context,
      };
    });
  });
}

const scopeOf = ({ scope }: Rule) =>
  scope.kind === "group" ? `group ${scope.group.id}` : `${scope.projects.map(({ id }) => id).toSorted()}`;

const START: Context = {
  project: { id: "", path: "", namespaceId: "" },
  kind: "branch",
  ref: "",
  protected: false,
  source: "",
};

function cellsOf(axes: readonly Axis[]): readonly Cell[] {
  let cells: readonly Cell[] = [{ at: [], context: START }];
  for (const { points } of axes)
    cells = cells.flatMap(({ at, context }) =>
      points.map(({ put }, index) => ({ at: [...at, index], context: put(context) })),
    );
  return cells;
}

/** A set of cells as boxes: values of the first axis that go with the same rest belong together. */
function parts(cells: readonly (readonly number[])[], depth: number): readonly (readonly number[])[][] {
  if (cells.length === 0) return [];
  if (depth === 0) return [[]];
  const rests = new Map<number, (readonly number[])[]>();
  for (const [first = 0, ...rest] of cells) rests.set(first, [...(rests.get(first) ?? []), rest]);
  const groups = new Map<string, { values: number[]; rest: readonly (readonly number[])[] }>();
  for (const [value, rest] of rests) {
    const key = JSON.stringify(rest);
    const group = groups.get(key) ?? { values: [], rest };
    groups.set(key, group);
    group.values.push(value);
  }
  return [...groups.values()].flatMap(({ values, rest }) =>
    parts(rest, depth - 1).map((box) => [values, ...box]),
  );
}

/** Patterns of other rules that hold in all of the part but for the ref, and that meet one of its patterns. */
function apartFrom(
  contexts: readonly Context[],
  patterns: readonly string[],
  others: readonly Rule[],
): readonly string[] {
  const own = patterns.filter((pattern) => contexts.some(({ ref }) => matches(pattern, ref)));
  const found = others
    .filter((other) => contexts.every((context) => allows({ ...other, refs: undefined }, context)))
    .flatMap((other) => other.refs ?? [])
    .filter((ref) => !patterns.includes(ref) && own.some((pattern) => overlaps(pattern, ref)));
  return [...new Set(found)].toSorted();
}
