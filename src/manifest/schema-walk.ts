import type * as z from "zod";
import { manifestSchema } from "./schema.ts";

/** May the value at this route be shown? Only if the schema marks it `public`. List positions are `*`. */
export function isPublic(route: readonly string[]): boolean {
  return schemasAt(manifestSchema, route).some((schema) => schema.meta()?.["public"] === true);
}

/** The keys that a mapping at this route may have; empty where the user chooses them. */
export function keysAt(route: readonly string[]): readonly string[] {
  const keys = schemasAt(manifestSchema, route).flatMap((schema) => {
    const definition = definitionOf(schema);
    return definition.type === "object" ? Object.keys(definition.shape) : [];
  });
  return [...new Set(keys)];
}

/** Is the value at this route a mapping of the language, whose keys are words and names rather than data? */
export function isMapping(route: readonly string[]): boolean {
  return schemasAt(manifestSchema, route).some((schema) =>
    ["object", "record"].includes(definitionOf(schema).type),
  );
}

/** What to do about a wrong value at this route. */
export function hintAt(route: readonly string[]): string | undefined {
  const [hint] = schemasAt(manifestSchema, route).flatMap((schema) => schema.meta()?.["hint"] ?? []);
  return hint as string | undefined;
}

/** The schemas that may describe the value at a route: a union and what it may be, an optional and what it holds. */
function schemasAt(schema: z.core.$ZodType, route: readonly string[]): readonly z.ZodType[] {
  const definition = definitionOf(schema);
  const self = route.length === 0 ? [schema as z.ZodType] : [];
  if (definition.type === "optional") return [...self, ...schemasAt(definition.innerType, route)];
  if (definition.type === "union")
    return [...self, ...definition.options.flatMap((option) => schemasAt(option, route))];
  const [step, ...rest] = route;
  if (step === undefined) return self;
  switch (definition.type) {
    case "object": {
      const next = Object.hasOwn(definition.shape, step) ? definition.shape[step] : undefined;
      return next === undefined ? [] : schemasAt(next, rest);
    }
    case "record":
      return schemasAt(definition.valueType, rest);
    case "array":
      return schemasAt(definition.element, rest);
    default:
      return [];
  }
}

/** The few kinds of schema that the language is made of. */
type Definition =
  | { type: "optional"; innerType: z.core.$ZodType }
  | { type: "union"; options: readonly z.core.$ZodType[] }
  | { type: "object"; shape: Record<string, z.core.$ZodType> }
  | { type: "record"; valueType: z.core.$ZodType }
  | { type: "array"; element: z.core.$ZodType }
  | { type: "string" | "literal" | "enum" | "int" | "boolean" | "null" };

function definitionOf(schema: z.core.$ZodType): Definition {
  return (schema as z.ZodType).def as unknown as Definition;
}
