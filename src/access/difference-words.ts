import { NONE, OTHER } from "./axes.ts";
import type { Part } from "./difference.ts";
import { covers } from "./pattern.ts";
import { BRANCH_SOURCES, type Kind } from "./rule.ts";

/** A part of a rule as people say it: `protected branch release/* (but release/1), pipelines from schedule`. */
export function describePart(part: Part): readonly string[] {
  const more = [projectsOf(part), environmentOf(part), ...claimsOf(part)].filter((text) => text !== "");
  return [...kindsBySources(part)].map(([sources, kinds]) =>
    [`${refsOf(part, kinds)}`, ...(sources === "" ? [] : [sources]), ...more].join(", "),
  );
}

function labelsOf({ labels, axes }: Part, name: Parameters<Part["labels"]["get"]>[0]) {
  const all = axes.find((axis) => axis.name === name)?.points.map(({ label }) => label) ?? [];
  const some = labels.get(name) ?? [];
  return { all, some, isAll: all.length === some.length };
}

/** Kinds that are there with the same sources, under the words for these; none where they are the usual ones. */
function kindsBySources(part: Part): ReadonlyMap<string, readonly Kind[]> {
  const { all, some } = labelsOf(part, "pipeline");
  const found = new Map<string, Kind[]>();
  for (const kind of part.rule.kinds) {
    const of = (labels: readonly string[]) =>
      labels.filter((label) => label.startsWith(`${kind} `)).map((label) => label.slice(kind.length + 1));
    const sources = of(some);
    if (sources.length === 0) continue;
    const wanted = part.rule.sources;
    const isUsual = wanted === undefined || String(wanted) === String(BRANCH_SOURCES);
    const isWhole = sources.length === of(all).length;
    const missing = of(all).filter((source) => !sources.includes(source));
    const names = sources.includes(OTHER) ? `any source but ${anyOf(missing)}` : anyOf(sources);
    const words = kind === "merge-request" || (isWhole && isUsual) ? "" : `pipelines from ${names}`;
    found.set(words, [...(found.get(words) ?? []), kind]);
  }
  return found;
}

function refsOf(part: Part, kinds: readonly Kind[]): string {
  const { some: protection } = labelsOf(part, "protected");
  const { all, some } = labelsOf(part, "ref");
  const within = (small: string, large: string) => small !== large && covers(large, small);
  const widest = some.filter((ref) => !some.some((other) => within(ref, other)));
  const gone = all.filter((ref) => !some.includes(ref) && widest.some((wide) => within(ref, wide)));
  const but = [...gone.filter((ref) => !gone.some((other) => within(ref, other))), ...part.apartFrom];
  const isAny = widest.includes("*");
  const noun = anyOf(kinds.map((kind) => (kind === "merge-request" ? "merge request" : kind)));
  const words = [
    ...(isAny ? ["any"] : []),
    ...(protection.length === 1 ? protection : []),
    noun,
    ...(isAny ? [] : [anyOf(widest)]),
  ].join(" ");
  return but.length === 0 ? words : `${words} (but ${but.join(", ")})`;
}

/** Said where it is not all of the rule's projects, or where the other side knows others. */
function projectsOf(part: Part): string {
  const { some, isAll } = labelsOf(part, "project");
  return isAll && part.isSameScope ? "" : anyOf(some);
}

function environmentOf(part: Part): string {
  const { some, isAll } = labelsOf(part, "environment");
  const own = part.rule.environment;
  if (own === undefined && isAll) return "";
  const names = some.map((label) =>
    label === NONE
      ? "no GitLab environment"
      : label.startsWith(OTHER)
        ? `another GitLab environment${label.slice(OTHER.length)}`
        : `GitLab environment ${label}`,
  );
  return anyOf(own !== undefined && isAll ? [`GitLab environment ${own.name}`] : names);
}

function claimsOf(part: Part): readonly string[] {
  return part.axes.flatMap(({ name }) => {
    if (!name.startsWith("claim ")) return [];
    const { all, some, isAll } = labelsOf(part, name);
    const claim = name.slice("claim ".length);
    const isOwn = part.rule.claims.some((one) => one.name === claim);
    if (isAll && !isOwn) return [];
    if (!some.includes(OTHER)) return [`${claim} ${anyOf(some)}`];
    return [`${claim} other than ${anyOf(all.filter((label) => !some.includes(label)))}`];
  });
}

function anyOf(names: readonly string[]): string {
  return names.length < 3 ? names.join(" or ") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
