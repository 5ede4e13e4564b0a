import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Schema {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(readFileSync(new URL("../../schema.json", import.meta.url), "utf8")) as Schema;

/** Every key of the language with its place, in whatever branch of the schema it stands. */
function keysIn(node: unknown, place: string): readonly (readonly [string, Schema])[] {
  if (typeof node !== "object" || node === null) return [];
  const own = Object.entries((node as Schema).properties ?? {}).map(
    ([key, value]) => [`${place}.${key}`, value] as const,
  );
  return [...own, ...Object.entries(node).flatMap(([key, value]) => keysIn(value, `${place}/${key}`))];
}

const keys = keysIn(schema, "").filter(([, value]) => typeof value === "object");

test("editors can say of every key what it is for", () => {
  expect(keys.length).toBeGreaterThan(50);
  expect(
    keys.filter(([, value]) => typeof value["description"] !== "string").map(([place]) => place),
  ).toEqual([]);
});

test("and what a value looks like: an example, a default, or the list of all values", () => {
  const telling = ["examples", "default", "enum", "const"];
  const shows = (value: Schema): boolean =>
    value["type"] === "boolean" ||
    telling.some((key) => value[key] !== undefined) ||
    ((value["anyOf"] as readonly Schema[] | undefined) ?? []).some(shows);
  expect(keys.filter(([, value]) => !shows(value)).map(([place]) => place)).toEqual([]);
});
