import { cellsOf, gridOf, type Box, type Grid } from "./grid.ts";
import { covers, essential } from "./pattern.ts";
import type { Rule } from "./rule.ts";

/**
 * The fewest rules that admit exactly the same contexts, and nothing else: a role takes every combination of its values,
 * so `branch main` and `tag v*` in one role would also admit a branch named `v1`. What a role can say is a box (ref
 * types x sources x protection x patterns); the boxes that admit nothing new are few, and the smallest set of them that
 * admits everything is searched for exhaustively. Scope, GitLab environment and claims are the same in all rules.
 */
export function combine(rules: readonly Rule[]): readonly Rule[] {
  const [first, ...more] = rules;
  if (first === undefined) return [];
  // One rule is one role as it stands: most environments have no more.
  if (more.length === 0) return [first];
  const grid = gridOf(rules);
  const boxes = tidy(fewest(candidates(grid), grid), grid);
  return boxes
    .map((box) => ({ box, from: originsOf(box, rules, grid) }))
    .toSorted((a, b) => (a.from[0] ?? 0) - (b.from[0] ?? 0) || (textOf(a.box) < textOf(b.box) ? -1 : 1))
    .map(({ box, from }) => ({
      ...first,
      kinds: box.kinds,
      refs: box.refs.includes("*") ? undefined : box.refs,
      protected: box.protections.length === 2 ? undefined : box.protections[0],
      sources: box.sources,
      from: from.flatMap((index) => rules[index]?.from ?? []),
    }));
}

/** Every box that admits nothing new, as wide in patterns as it can be; those shaped like a rule of the manifest first. */
function candidates(grid: Grid): readonly Box[] {
  const boxes: Box[] = [];
  for (const shape of grid.shapes) {
    const cells = cellsOf(shape, grid);
    const refs = essential(
      grid.patterns.filter((pattern) => cells.every((cell) => grid.admits(cell, pattern))),
    );
    if (cells.length > 0 && refs.length > 0) boxes.push({ ...shape, refs });
  }
  return boxes;
}

/** The smallest set of boxes that admits every pair that has to be admitted; the first one in the order of the boxes. */
function fewest(boxes: readonly Box[], grid: Grid): readonly Box[] {
  const reach = boxes.map((box) => reachOf(box, grid));
  const choose = (left: ReadonlySet<string>, most: number): readonly number[] | undefined => {
    if (left.size === 0) return [];
    if (most === 0) return undefined;
    // The pair that the fewest boxes admit leaves the fewest ways to go on.
    let options: readonly number[] | undefined;
    for (const pair of left) {
      const able = boxes.flatMap((_, index) => (reach[index]?.has(pair) ? [index] : []));
      if (options === undefined || able.length < options.length) options = able;
    }
    for (const index of options ?? []) {
      const rest = new Set([...left].filter((pair) => !reach[index]?.has(pair)));
      const more = choose(rest, most - 1);
      if (more !== undefined) return [index, ...more];
    }
    return undefined;
  };
  const all = new Set(grid.needed);
  for (let size = 1; size <= boxes.length; size++) {
    const chosen = choose(all, size);
    if (chosen !== undefined) return chosen.toSorted((a, b) => a - b).flatMap((index) => boxes[index] ?? []);
  }
  return boxes;
}

/** Drops patterns that another box admits in the same places, so that nothing is said twice. */
function tidy(boxes: readonly Box[], grid: Grid): readonly Box[] {
  // The patterns of one box are essential already.
  if (boxes.length < 2) return boxes;
  let current = boxes;
  for (const [at, box] of boxes.entries()) {
    for (const pattern of box.refs) {
      const without = current.map((other, index) =>
        index === at ? { ...other, refs: other.refs.filter((ref) => ref !== pattern) } : other,
      );
      const admitted = new Set(without.flatMap((other) => [...reachOf(other, grid)]));
      if (grid.needed.every((pair) => admitted.has(pair))) current = without;
    }
  }
  return current;
}

function reachOf(box: Box, grid: Grid): ReadonlySet<string> {
  const cells = cellsOf(box, grid);
  return new Set(
    grid.patterns
      .filter((pattern) => box.refs.some((ref) => covers(ref, pattern)))
      .flatMap((pattern) => cells.map((cell) => grid.pair(cell, pattern))),
  );
}

/** The rules that say what the box says; else those that it took over. */
function originsOf(box: Box, rules: readonly Rule[], grid: Grid): readonly number[] {
  const cells = new Set(cellsOf(box, grid));
  const shares = (test: (ref: string, own: string) => boolean) =>
    rules.flatMap((rule, index) => {
      const meets = grid.cells.some((cell) => cells.has(cell) && grid.states(rule, cell));
      return meets && (rule.refs ?? ["*"]).some((own) => box.refs.some((ref) => test(ref, own)))
        ? [index]
        : [];
    });
  const stated = shares((ref, own) => ref === own);
  return stated.length > 0 ? stated : shares(covers);
}

function textOf(box: Box): string {
  return JSON.stringify([box.kinds, box.protections, box.sources ?? "any", box.refs]);
}
