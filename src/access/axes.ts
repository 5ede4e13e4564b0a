import type { Context, EnteredEnvironment, Project } from "./context.ts";
import { covers, hasWildcard, specimen } from "./pattern.ts";
import { MERGE_REQUEST, type Kind, type Rule } from "./rule.ts";

/** One value of one fact, and how it is put into a context. `OTHER` stands for all that no rule names. */
export interface Point {
  readonly label: string;
  readonly put: (context: Context) => Context;
}

export interface Axis {
  readonly name: "project" | "environment" | "ref" | "protected" | "pipeline" | `claim ${string}`;
  readonly points: readonly Point[];
}

export const OTHER = "other";
export const NONE = "none";

/**
 * All that one rule admits, as a product of axes, each cut just fine enough that every rule of `rules` holds for the
 * whole of a cell or for none of it (for patterns: see `specimen`).
 */
export function axesOf(rule: Rule, rules: readonly Rule[]): readonly Axis[] {
  const claims = new Map<string, string[]>();
  for (const { name, values } of rules.flatMap((one) => one.claims))
    claims.set(name, [...(claims.get(name) ?? []), ...values]);
  return [
    { name: "project", points: projects(rule, rules) },
    { name: "environment", points: environments(rule, rules) },
    ...[...claims].map(([name, values]) => claim(rule, name, values)),
    { name: "ref", points: refs(rule, rules) },
    { name: "protected", points: protections(rule) },
    { name: "pipeline", points: pipelines(rule, rules) },
  ];
}

function projects({ scope }: Rule, rules: readonly Rule[]): readonly Point[] {
  const point = (label: string, project: Project): Point => ({
    label,
    put: (context) => ({ ...context, project }),
  });
  if (scope.kind === "projects")
    return scope.projects.map(({ id, path }) =>
      point(`project ${id} (${path})`, { id, path, namespaceId: "" }),
    );
  const { id, path } = scope.group;
  const own = rules.flatMap((rule) => (rule.scope.kind === "projects" ? rule.scope.projects : []));
  let member = 1001;
  while (own.some((project) => project.id === String(member))) member++;
  const project = { id: String(member), path: `${path}/member`, namespaceId: id };
  return [point(`a project of group ${id} (${path})`, project)];
}

function environments(rule: Rule, rules: readonly Rule[]): readonly Point[] {
  const named = rules.flatMap(({ environment }) => environment ?? []);
  const tiers = [...new Set(named.flatMap(({ tier }) => tier ?? []))];
  const asksProtection = named.some((one) => one.protected !== undefined);
  const point = (label: string, environment?: EnteredEnvironment): Point => ({
    label,
    put: (context) => (environment === undefined ? context : { ...context, environment }),
  });
  const inside = (name: string, label: string, wanted?: Rule["environment"]) => {
    const protectionsWanted = wanted?.protected === undefined ? [true, false] : [wanted.protected];
    const tiersWanted = wanted?.tier === undefined ? [...tiers, OTHER] : [wanted.tier];
    return (asksProtection ? protectionsWanted : [false]).flatMap((isProtected) =>
      tiersWanted.map((tier) => {
        const more = [
          ...(asksProtection ? [isProtected ? "protected" : "unprotected"] : []),
          ...(tiers.length > 0 ? [`${tier === OTHER ? "another tier" : `tier ${tier}`}`] : []),
        ];
        return point(`${label}${more.length === 0 ? "" : ` (${more.join(", ")})`}`, {
          name,
          protected: isProtected,
          tier,
        });
      }),
    );
  };
  const own = rule.environment;
  if (own !== undefined) return inside(own.name, own.name, own);
  const names = [...new Set(named.map(({ name }) => name))];
  if (names.length === 0) return [point(NONE)];
  return [
    point(NONE),
    ...names.flatMap((name) => inside(name, name)),
    ...inside(specimen("*", names), OTHER),
  ];
}

function claim(rule: Rule, name: string, mentioned: readonly string[]): Axis {
  const own = rule.claims.find((one) => one.name === name)?.values;
  const values = own ?? [...new Set(mentioned)];
  const point = (label: string, value: string): Point => ({
    label,
    put: (context) => ({ ...context, claims: { ...context.claims, [name]: value } }),
  });
  const points = values.map((value) => point(value, hasWildcard(value) ? specimen(value, mentioned) : value));
  return {
    name: `claim ${name}`,
    points: own === undefined ? [...points, point(OTHER, specimen("*", mentioned))] : points,
  };
}

/** The rule's patterns, and within them those of other rules: what is left of a pattern is then a point of its own. */
function refs(rule: Rule, rules: readonly Rule[]): readonly Point[] {
  const mentioned = [...new Set(rules.flatMap((one) => one.refs ?? []))];
  const own = rule.refs ?? ["*"];
  const inside = mentioned.filter(
    (pattern) => !own.includes(pattern) && own.some((wide) => covers(wide, pattern)),
  );
  return [...own, ...inside].map((pattern) => {
    const ref = hasWildcard(pattern) ? specimen(pattern, mentioned) : pattern;
    return { label: pattern, put: (context) => ({ ...context, ref }) };
  });
}

function protections({ protected: wanted }: Rule): readonly Point[] {
  return (wanted === undefined ? [true, false] : [wanted]).map((isProtected) => ({
    label: isProtected ? "protected" : "unprotected",
    put: (context) => ({ ...context, protected: isProtected }),
  }));
}

/** Kind and source together, since a merge request has one source only. The label is `<kind> <source>`. */
function pipelines({ kinds, sources }: Rule, rules: readonly Rule[]): readonly Point[] {
  const named = [...new Set(rules.flatMap((one) => one.sources ?? []))].filter(
    (one) => one !== MERGE_REQUEST,
  );
  const point = (kind: Kind, source: string, label: string): Point => ({
    label: `${kind} ${label}`,
    put: (context) => ({ ...context, kind, source }),
  });
  const unnamed = ["push", "schedule", "chat", "webide"].find((one) => !named.includes(one)) ?? "other";
  return kinds.flatMap((kind) => {
    if (kind === "merge-request") return [point(kind, MERGE_REQUEST, MERGE_REQUEST)];
    const own = (sources ?? named).filter((source) => source !== MERGE_REQUEST);
    const points = own.map((source) => point(kind, source, source));
    return sources === undefined ? [...points, point(kind, unnamed, OTHER)] : points;
  });
}
