import type * as z from "zod";
import type { Route } from "../diagnostics/index.ts";
import { Reference } from "./reference.ts";

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

export function expectation(issue: z.core.$ZodIssueInvalidType): string {
  return KINDS[issue.expected] ?? issue.expected;
}

export function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Reference) return "a `!reference`";
  return KINDS[typeof value] ?? "this";
}

/** `environments.staging.refs[2]`, list positions counted from 1 as people do. */
export function nameOf(route: Route): string {
  if (route.length === 0) return "the manifest";
  const steps = route.map((step, index) =>
    typeof step === "number" ? `[${step + 1}]` : index === 0 ? step : `.${step}`,
  );
  return `\`${steps.join("")}\``;
}

export const quote = (value: unknown): string => `\`${String(value)}\``;

export function oneOf(words: readonly string[]): string {
  return words.length < 2
    ? (words[0] ?? "something else")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A route as the schema knows it: every list position is the same. */
export function schemaRoute(route: Route): readonly string[] {
  return route.map((step) => (typeof step === "number" ? "*" : step));
}

export function valueAt(data: unknown, route: Route): unknown {
  let value = data;
  for (const step of route) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  return value;
}
