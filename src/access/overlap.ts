/** Is there a text that both patterns match? Decided position by position; a wildcard may stand for nothing. */
export function overlaps(one: string, other: string): boolean {
  const known = new Map<number, boolean>();
  const from = (a: number, b: number): boolean => {
    const key = a * (other.length + 1) + b;
    const before = known.get(key);
    if (before !== undefined) return before;
    let result: boolean;
    if (one[a] === "*") result = from(a + 1, b) || (b < other.length && from(a, b + 1));
    else if (other[b] === "*") result = from(a, b + 1) || (a < one.length && from(a + 1, b));
    else if (a === one.length || b === other.length) result = a === one.length && b === other.length;
    else result = one[a] === other[b] && from(a + 1, b + 1);
    known.set(key, result);
    return result;
  };
  return from(0, 0);
}
