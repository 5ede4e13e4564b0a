import type * as z from "zod";
import { atKey, atValue, closest, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import { hintAt, keysAt } from "./schema-walk.ts";
import { expectation, kindOf, nameOf, oneOf, quote, schemaRoute, valueAt } from "./wording.ts";

type Issue = z.core.$ZodIssue;
type Union = z.core.$ZodIssueInvalidUnion;

/** The schema's complaints as diagnostics. `data` is looked at for kinds and keys, never quoted. */
export function explainIssues(issues: readonly Issue[], data: unknown): Diagnostic[] {
  return withoutConsequences(issues).flatMap((issue) => explain(issue, [], data));
}

function explain(issue: Issue, above: Route, data: unknown): Diagnostic[] {
  const route = [...above, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
  const value = valueAt(data, route);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(route, key));
    case "invalid_union":
      return explainUnion(issue, route, data, value);
    case "invalid_type":
      return [value === undefined ? missingKey(route) : wrongType(route, value, [expectation(issue)])];
    case "invalid_value":
      if (value === undefined) return [missingKey(route)];
      if (typeof value !== typeof issue.values[0]) return [wrongType(route, value, issue.values.map(quote))];
      return [invalidValue(route, value, issue.values)];
    case "too_small":
      if (issue.origin === "array") return [problem(route, `${nameOf(route)} needs at least one entry`)];
      return [problem(route, `${nameOf(route)} must be 1 or more`)];
    default:
      return [problem(route, `${nameOf(route)} has the wrong form`)];
  }
}

function problem(route: Route, message: string, help = hintAt(schemaRoute(route))): Diagnostic {
  return report("manifest/invalid-value", atValue(route), message, { help });
}

function unknownKey(route: Route, key: string): Diagnostic {
  const known = keysAt(schemaRoute(route));
  const meant = closest(key, known);
  return report("manifest/unknown-key", atKey([...route, key]), `${nameOf(route)} has no key \`${key}\``, {
    label: "not a key of the language",
    notes: [`keys here: ${known.join(", ")}`],
    help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  });
}

function missingKey(route: Route): Diagnostic {
  const key = String(route.at(-1));
  const parent = route.slice(0, -1);
  // A key that the whole manifest lacks is missing nowhere in particular.
  const place = parent.length === 0 ? undefined : atKey(parent);
  const hint = hintAt(schemaRoute(route)) ?? "docs/manifest.md says what it may hold";
  return report("manifest/missing-key", place, `${nameOf(parent)} lacks the key \`${key}\``, {
    help: `add \`${key}:\`; ${hint}`,
  });
}

function wrongType(route: Route, value: unknown, expected: readonly string[]): Diagnostic {
  const quotable = expected.includes("text") && (typeof value === "number" || typeof value === "boolean");
  const help = hintAt(schemaRoute(route)) ?? (quotable ? "put the value in quotes" : undefined);
  const message = `${nameOf(route)} must be ${oneOf(expected)}, not ${kindOf(value)}`;
  return report("manifest/wrong-type", atValue(route), message, { help });
}

function invalidValue(route: Route, value: unknown, values: readonly unknown[]): Diagnostic {
  const meant = typeof value === "string" ? closest(value, values.map(String)) : undefined;
  const help = meant === undefined ? undefined : `did you mean \`${meant}\`?`;
  return problem(route, `${nameOf(route)} must be ${oneOf(values.map(quote))}`, help);
}

/**
 * A union's branches each complain; the one that the user meant complains about the least, or about something deeper
 * than the kind of the whole value.
 */
function explainUnion(issue: Union, route: Route, data: unknown, value: unknown): Diagnostic[] {
  if (value === undefined) return [missingKey(route)];
  const branches = flatten(issue);
  const isKind = (inner: Issue) =>
    inner.path.length === 0 &&
    (inner.code === "invalid_type" || (inner.code === "invalid_value" && typeof value !== "string"));
  const meant = branches.filter((branch) => !branch.some(isKind));
  const [best] = meant.toSorted((a, b) => weight(a) - weight(b));
  if (best !== undefined) {
    // Only `{branch: …}` or `{tag: …}` lacks a key there, which of them nobody knows: the unknown key says it all.
    const unknown = best.filter(({ code }) => code === "unrecognized_keys");
    return (unknown.length > 0 ? unknown : best).flatMap((inner) => explain(inner, route, data));
  }
  const expected = branches.flat().flatMap((inner) => {
    if (!isKind(inner)) return [];
    if (inner.code === "invalid_value") return inner.values.map(quote);
    return inner.code === "invalid_type" ? [expectation(inner)] : [];
  });
  return [wrongType(route, value, [...new Set(expected)])];
}

/** A union inside a union is one union to people. */
function flatten(issue: Union): readonly (readonly Issue[])[] {
  return issue.errors.flatMap((branch) => {
    const [only, ...more] = branch;
    return only?.code === "invalid_union" && more.length === 0 && only.path.length === 0
      ? flatten(only)
      : [branch];
  });
}

/** Unknown keys weigh most: `{tag: …}` with a wrong `protected` is not an attempt at `{branch: …}`. */
function weight(branch: readonly Issue[]): number {
  return branch.reduce(
    (sum, { code, path }) => sum + (code === "unrecognized_keys" ? 3 : path.length > 0 ? 2 : 1),
    0,
  );
}

/** A mistyped key is missing under its right name too: that is one mistake, not two. */
function withoutConsequences(issues: readonly Issue[]): readonly Issue[] {
  const typed = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => ({ at: issue.path.join("\n"), key })) : [],
  );
  return issues.filter((issue) => {
    if (issue.code === "unrecognized_keys" || typed.length === 0) return true;
    const key = String(issue.path.at(-1));
    const at = issue.path.slice(0, -1).join("\n");
    return !typed.some((other) => other.at === at && closest(other.key, [key]) !== undefined);
  });
}
