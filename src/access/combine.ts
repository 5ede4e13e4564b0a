import { matches, type Rule } from "./rule.ts";

/**
 * Fewer rules that admit exactly the same contexts: what another rule covers is dropped, and two rules that differ in
 * one part only become one. Nothing else may be joined: a role takes every combination of its values, so joining
 * `branch main` with `tag v*` would also admit a branch named `v1`.
 */
export function combine(rules: readonly Rule[]): readonly Rule[] {
  let current = dropCovered(rules);
  for (;;) {
    const joined = joinOnePair(current);
    if (joined === undefined) return current;
    current = dropCovered(joined);
  }
}

function dropCovered(rules: readonly Rule[]): readonly Rule[] {
  const kept: Rule[] = [];
  for (const rule of rules) {
    if (kept.some((other) => covers(other, rule))) continue;
    const survivors = kept.filter((other) => !covers(rule, other));
    kept.splice(0, kept.length, ...survivors, rule);
  }
  return kept;
}

/** Does every context of `small` also satisfy `large`? Scope, environment and claims are the same for both. */
function covers(large: Rule, small: Rule): boolean {
  return (
    large.kind === small.kind &&
    coversValues(large.refs, small.refs, (pattern, value) => patternCovers(pattern, value)) &&
    (large.protected === undefined || large.protected === small.protected) &&
    coversValues(large.sources, small.sources, (a, b) => a === b)
  );
}

function coversValues(
  large: readonly string[] | undefined,
  small: readonly string[] | undefined,
  test: (large: string, small: string) => boolean,
): boolean {
  if (large === undefined) return true;
  return small !== undefined && small.every((value) => large.some((candidate) => test(candidate, value)));
}

/** A pattern covers another if it matches it with the other's `*` read as an ordinary character. */
function patternCovers(large: string, small: string): boolean {
  return matches(large, small);
}

function joinOnePair(rules: readonly Rule[]): readonly Rule[] | undefined {
  for (const [index, first] of rules.entries()) {
    for (const second of rules.slice(index + 1)) {
      const joined = join(first, second);
      if (joined !== undefined)
        return rules.flatMap((rule) => (rule === second ? [] : [rule === first ? joined : rule]));
    }
  }
  return undefined;
}

function join(a: Rule, b: Rule): Rule | undefined {
  if (a.kind !== b.kind) return undefined;
  const from = [...a.from, ...b.from];
  const sameRefs = sameValues(a.refs, b.refs);
  const sameSources = sameValues(a.sources, b.sources);
  if (a.protected === b.protected && sameSources && a.refs !== undefined && b.refs !== undefined) {
    return { ...a, refs: [...new Set([...a.refs, ...b.refs])].toSorted(), from };
  }
  if (sameRefs && sameSources && a.protected !== b.protected) return { ...a, protected: undefined, from };
  return undefined;
}

function sameValues(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((value) => b.includes(value));
}
