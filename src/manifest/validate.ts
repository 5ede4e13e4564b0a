import type * as z from "zod";
import { atKey, atValue, closest, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import { PLACEHOLDERS } from "./schema.ts";
import { keysAt } from "./schema-walk.ts";

type Issue = z.core.$ZodIssue;

/** The schema's complaints as diagnostics. `data` is looked at for kinds and keys, never quoted. */
export function explainIssues(issues: readonly Issue[], data: unknown): Diagnostic[] {
  return issues.flatMap((issue) => explain(issue, [], data));
}

function explain(issue: Issue, above: Route, data: unknown): Diagnostic[] {
  const route = [...above, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
  const value = valueAt(data, route);
  const placeholder = unquotedPlaceholder(value);
  if (placeholder !== undefined) {
    const help = `put it in quotes: "{${placeholder}}"`;
    const notes = [`YAML reads \`{${placeholder}}\` at the start of a value as a mapping`];
    return [
      report("manifest/unquoted-placeholder", atKey(route), "a placeholder is not quoted", { notes, help }),
    ];
  }
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(route, key));
    case "invalid_union":
      return explainUnion(issue, route, data, value);
    case "invalid_type":
      if (value === undefined) return [missingKey(route)];
      return [wrongType(route, value, [expectation(issue)])];
    case "invalid_value":
      if (value === undefined) return [missingKey(route)];
      if (typeof value !== typeof issue.values[0]) return [wrongType(route, value, issue.values.map(quote))];
      return [invalidValue(route, value, issue.values)];
    case "too_small":
      return [
        report(
          "manifest/invalid-value",
          atKey(route),
          `${name(route)} needs at least ${issue.minimum === 0 ? 1 : issue.minimum} entry`,
          {},
        ),
      ];
    default:
      return [report("manifest/invalid-value", atValue(route), `${name(route)} is not ${shape(route)}`, {})];
  }
}

function unknownKey(route: Route, key: string): Diagnostic {
  const known = keysAt(route.map((step) => (typeof step === "number" ? "*" : step)));
  const meant = closest(key, known);
  const where = route.length === 0 ? "a manifest" : name(route);
  return report("manifest/unknown-key", atKey([...route, key]), `${where} has no key \`${key}\``, {
    label: "not a key of the language",
    notes: [`keys here: ${known.join(", ")}`],
    help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  });
}

function missingKey(route: Route): Diagnostic {
  const key = String(route.at(-1));
  const parent = route.slice(0, -1);
  const where = parent.length === 0 ? "the manifest" : name(parent);
  return report("manifest/missing-key", atKey(parent), `${where} lacks the key \`${key}\``, {
    help: `add \`${key}:\`; docs/manifest.md says what it may hold`,
  });
}

function wrongType(route: Route, value: unknown, expected: readonly string[]): Diagnostic {
  const help =
    expected.includes("text") && (typeof value === "number" || typeof value === "boolean")
      ? "put the value in quotes"
      : undefined;
  const message = `${name(route)} must be ${oneOf(expected)}, not ${kindOf(value)}`;
  return report("manifest/wrong-type", atValue(route), message, { help });
}

function invalidValue(route: Route, value: unknown, values: readonly unknown[]): Diagnostic {
  const meant = typeof value === "string" ? closest(value, values.map(String)) : undefined;
  const help = meant === undefined ? undefined : `did you mean \`${meant}\`?`;
  const message = `${name(route)} must be ${oneOf(values.map(quote))}`;
  return report("manifest/invalid-value", atValue(route), message, { help });
}

/**
 * A union's branches each complain; the one that the user meant complains about the least, or about something deeper
 * than the kind of the whole value.
 */
function explainUnion(
  issue: Issue & { code: "invalid_union" },
  route: Route,
  data: unknown,
  value: unknown,
): Diagnostic[] {
  if (value === undefined) return [missingKey(route)];
  const isKind = (inner: Issue) =>
    inner.path.length === 0 &&
    (inner.code === "invalid_type" || (inner.code === "invalid_value" && typeof value !== "string"));
  const meant = issue.errors.filter((branch) => !branch.some(isKind));
  const [best] = meant.toSorted((a, b) => weight(a) - weight(b));
  if (best !== undefined) return best.flatMap((inner) => explain(inner, route, data));
  const expected = issue.errors.flatMap((branch) =>
    branch
      .filter(isKind)
      .flatMap((inner) =>
        inner.code === "invalid_value"
          ? inner.values.map(quote)
          : inner.code === "invalid_type"
            ? [expectation(inner)]
            : [],
      ),
  );
  return [wrongType(route, value, [...new Set(expected)])];
}

/** Unknown keys weigh most: `{tag: …}` with a wrong `protected` is not an attempt at `{branch: …}`. */
function weight(branch: readonly Issue[]): number {
  return branch.reduce(
    (sum, { code, path }) => sum + (code === "unrecognized_keys" ? 3 : path.length > 0 ? 2 : 1),
    0,
  );
}

const KINDS: Record<string, string> = {
  string: "text",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

function expectation(issue: Issue & { code: "invalid_type" }): string {
  return KINDS[issue.expected] ?? issue.expected;
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return (
    { string: "text", number: "a number", boolean: "true or false", object: "a mapping" }[
      typeof value as string
    ] ?? "this"
  );
}

function unquotedPlaceholder(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const [key, ...more] = Object.keys(value);
  if (key === undefined || more.length > 0 || (value as Record<string, unknown>)[key] !== null)
    return undefined;
  return PLACEHOLDERS.find((placeholder) => placeholder === key);
}

function shape(route: Route): string {
  return route.at(-1) === "id" ? "a numeric id" : "valid here";
}

/** `environments.staging.refs[2]`, list positions counted from 1 as people do. */
function name(route: Route): string {
  const steps = route.map((step, index) =>
    typeof step === "number" ? `[${step + 1}]` : index === 0 ? step : `.${step}`,
  );
  return `\`${steps.join("")}\``;
}

const quote = (value: unknown) => `\`${String(value)}\``;

function oneOf(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? "something else")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function valueAt(data: unknown, route: Route): unknown {
  let value = data;
  for (const step of route) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  return value;
}
