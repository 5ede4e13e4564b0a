/** Does the one wildcard of patterns occur? Decides between `string` and `glob` for the whole role. */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes("*");
}

/** `*` is any run of characters, the empty one and `/` included; everything else stands for itself. */
export function matches(pattern: string, text: string): boolean {
  if (!hasWildcard(pattern)) return text === pattern;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/**
 * Does `large` match every text that `small` matches? Read the wildcards of `small` as a character that no pattern
 * names: only a wildcard of `large` can match it, and that one then matches whatever takes its place. By the same
 * argument a set of patterns covers `small` only if one of its members does, so nothing is lost by asking one by one.
 */
export function covers(large: string, small: string): boolean {
  return matches(large, small);
}

/** The patterns that no other one covers, each once, in a fixed order. */
export function essential(patterns: readonly string[]): readonly string[] {
  const distinct = [...new Set(patterns.map((pattern) => pattern.replace(/\*+/g, "*")))].toSorted();
  return distinct.filter((pattern) => !distinct.some((other) => other !== pattern && covers(other, pattern)));
}

/** What people would put in the place of a wildcard, by what stands before it; the last one no pattern can name. */
const FILLERS: readonly string[] = ["1.2", "-evil", "feature", "other", "x", "\u{10FFFD}"];

/**
 * A text that stands for all that `pattern` matches: none of `others` matches it unless it covers the whole pattern.
 * So one look at it decides the matter for all, and it can be shown to people as the counter-example.
 */
export function specimen(pattern: string, others: readonly string[]): string {
  const order = /(?:[/_-]|^v)\*/.test(pattern) ? FILLERS : FILLERS.slice(1);
  const readable = pattern.startsWith("*") ? order.filter((filler) => !filler.startsWith("-")) : order;
  for (const filler of readable) {
    const text = pattern.replace(/\*+/g, filler);
    if (others.every((other) => covers(other, pattern) || !matches(other, text))) return text;
  }
  return pattern;
}
