import * as z from "zod";
import { atValue, checked, type Checked, report, type Source } from "../diagnostics/index.ts";
import { decode } from "./decode.ts";
import { parse } from "./parse.ts";
import { createSource } from "./source.ts";

const id = z.union([z.int().positive(), z.string().regex(/^[1-9][0-9]*$/)]);

/** One context of a user's own, as `matrix --context` and `prove` take them. */
const context = z
  .strictObject({
    branch: z.string().optional(),
    tag: z.string().optional(),
    /** The source branch. */
    merge_request: z.string().optional(),
    protected: z.boolean().optional(),
    source: z.string().optional(),
    project: id.optional(),
    /** Does the merge request come from someone else's project? */
    fork: z.boolean().optional(),
    environment: z
      .union([
        z.string(),
        z.strictObject({ name: z.string(), protected: z.boolean().optional(), tier: z.string().optional() }),
      ])
      .optional(),
    claims: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  })
  .refine(({ branch, tag, merge_request }) => [branch, tag, merge_request].filter(Boolean).length === 1, {
    message: "needs exactly one of `branch`, `tag` and `merge_request`",
  });

const contexts = z.strictObject({ contexts: z.record(z.string(), context) });

/** Loose, so that the JSON that `matrix` prints can be kept and given back. */
const expectation = z.looseObject({ allowed: z.record(z.string(), z.array(z.string())) });

export type ContextEntry = z.infer<typeof context>;
export type Expectation = Readonly<Record<string, readonly string[]>>;

export interface FileRead<T> extends Checked<T> {
  readonly source: Source;
}

/** `contexts: { NAME: { branch: main, protected: true } }` */
export function readContexts(
  path: string,
  bytes: Uint8Array,
): FileRead<Readonly<Record<string, ContextEntry>>> {
  return read(path, bytes, contexts, (data) => data.contexts);
}

/** `allowed: { CONTEXT: [COLUMN, …] }`: the columns that this context may read; no others. */
export function readExpectation(path: string, bytes: Uint8Array): FileRead<Expectation> {
  return read(path, bytes, expectation, (data) => data.allowed);
}

function read<S extends z.ZodType, T>(
  path: string,
  bytes: Uint8Array,
  schema: S,
  take: (data: z.infer<S>) => T,
): FileRead<T> {
  const text = decode(bytes);
  if (text.value === undefined) return { source: createSource(path, ""), diagnostics: text.diagnostics };
  const { document, data, diagnostics } = parse(text.value);
  const source = createSource(path, text.value, document);
  if (diagnostics.length > 0) return { source, diagnostics };
  const result = schema.safeParse(data, { jitless: true });
  if (result.success) return { source, ...checked(take(result.data), []) };
  const problems = result.error.issues.map((issue) => {
    const route = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
    const where = route.length === 0 ? "this file" : `\`${route.join(".")}\``;
    // The library's words never quote a value of the file.
    return report("manifest/invalid-value", atValue(route), `${where}: ${issue.message.toLowerCase()}`, {
      help: "docs/matrix.md shows the form",
    });
  });
  return { source, diagnostics: problems };
}
