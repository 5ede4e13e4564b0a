/** One line of a comparison; the line keeps its line end, so that a missing last one shows as a difference. */
export interface Edit {
  readonly kind: "keep" | "drop" | "add";
  readonly line: string;
}

/** Beyond this many edits the shortest way is not worth its quadratic memory: everything between is replaced. */
const MOST_EDITS = 1000;

export function splitLines(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** The edits from one list of lines to another: the fewest possible, up to a limit; drops before adds. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;

  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  const middle = shortestEdits(a, b) ?? [...all("drop", a), ...all("add", b)];
  return [
    ...all("keep", before.slice(0, head)),
    ...middle,
    ...all("keep", before.slice(before.length - tail)),
  ];
}

function all(kind: Edit["kind"], lines: readonly string[]): Edit[] {
  return lines.map((line) => ({ kind, line }));
}

/**
 * Myers' greedy algorithm. On diagonal k = x - y, `reach` holds the furthest x that `steps` edits get to; a copy of it
 * per step is the way back.
 */
function shortestEdits(a: readonly string[], b: readonly string[]): readonly Edit[] | undefined {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const zero = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const history: Int32Array[] = [];
  for (let steps = 0; steps <= most; steps++) {
    history.push(reach.slice(zero - steps - 1, zero + steps + 2));
    for (let k = -steps; k <= steps; k += 2) {
      const [left, right] = [reach[zero + k - 1] ?? 0, reach[zero + k + 1] ?? 0];
      let x = k === -steps || (k !== steps && left < right) ? right : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[zero + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, history);
    }
  }
  return undefined;
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  history: readonly Int32Array[],
): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let steps = history.length - 1; steps >= 0; steps--) {
    const reach = history[steps] ?? new Int32Array();
    const k = x - y;
    const [left, right] = [reach[steps + k] ?? 0, reach[steps + k + 2] ?? 0];
    const fromRight = k === -steps || (k !== steps && left < right);
    const startX = steps === 0 ? 0 : fromRight ? right : left + 1;
    while (x > startX) {
      edits.push({ kind: "keep", line: a[--x] ?? "" });
      y--;
    }
    if (steps === 0) break;
    if (fromRight) edits.push({ kind: "add", line: b[--y] ?? "" });
    else edits.push({ kind: "drop", line: a[--x] ?? "" });
  }
  return dropsFirst(edits.toReversed());
}

/** Within one run of changes the order is free; readers expect the old lines above the new ones. */
function dropsFirst(edits: readonly Edit[]): readonly Edit[] {
  const sorted: Edit[] = [];
  let adds: Edit[] = [];
  for (const edit of edits) {
    if (edit.kind === "add") adds.push(edit);
    else {
      if (edit.kind === "keep") {
        sorted.push(...adds);
        adds = [];
      }
      sorted.push(edit);
    }
  }
  return [...sorted, ...adds];
}
