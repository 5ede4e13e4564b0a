import { RE2JS } from "re2js";
import { parse, type CollectionTag } from "yaml";

/**
 * GitLab's interpolation of `$[[ inputs.x ]]`, written after its rules and not after its code: what an include with
 * `inputs` becomes. (docs.gitlab.com/ci/inputs, and `lib/gitlab/ci/config/interpolation/` for what the pages leave out:
 * whole scalars keep their type, lists are spliced into lists, keys are replaced too, tagged nodes are not.)
 */
export class InputError extends Error {}

type Spec = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** `!reference [a, b]`: not looked into. */
export class Tagged {
  readonly path: readonly string[];
  constructor(path: readonly string[]) {
    this.path = path;
  }
}
const referenceTag: CollectionTag = {
  tag: "!reference",
  collection: "seq",
  resolve: (value) => new Tagged((value as { toJSON(): string[] }).toJSON()),
};

export const readDocument = (text: string): unknown =>
  parse(text, { version: "1.1", customTags: [referenceTag] });

/** The header's inputs and the jobs; no inputs where the file has no header. */
export function splitComponent(text: string): {
  readonly specs: Record<string, Spec | null> | undefined;
  readonly jobs: unknown;
} {
  const documents = text.split(/^---\s+/m);
  if (documents[0]?.trim() === "") documents.shift();
  if (documents.length > 2) throw new InputError("only two documents are allowed");
  const [first = "", second] = documents;
  const head = readDocument(first) as { spec?: { inputs?: Record<string, Spec | null> } } | null;
  // Without `spec` in the first one, GitLab takes the first document and drops the second in silence.
  if (second === undefined || head?.spec === undefined) return { specs: undefined, jobs: head };
  return { specs: head.spec.inputs ?? {}, jobs: readDocument(second) };
}

/** The file as GitLab goes on with it. Throws `InputError` with GitLab's words where it refuses. */
export function interpolate(text: string, given: Values = {}): Record<string, unknown> {
  const { specs, jobs } = splitComponent(text);
  if (specs === undefined) {
    if (Object.keys(given).length > 0)
      throw new InputError(
        "Given inputs not defined in the `spec` section of the included configuration file",
      );
    return jobs as Record<string, unknown>;
  }
  return replace(jobs, inputValues(specs, given)) as Record<string, unknown>;
}

/** What each input is, given and default ones. */
export function inputValues(specs: Readonly<Record<string, Spec | null>>, given: Values): Values {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(specs, name));
  if (unknown.length > 0) throw new InputError(`unknown input arguments: ${unknown.join(", ")}`);
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, valueOf(name, spec ?? {}, given[name])]),
  );
}

function valueOf(name: string, spec: Spec, given: unknown): unknown {
  const refuse = (words: string): never => {
    throw new InputError(`\`${name}\` input: ${words}`);
  };
  if (given === undefined && !Object.hasOwn(spec, "default")) refuse("required value has not been provided");
  // The default is held to the same rules, also where it is not used.
  if (Object.hasOwn(spec, "default")) check(spec, spec["default"], "default", refuse);
  if (given !== undefined) check(spec, given, "provided", refuse);
  return given ?? spec["default"];
}

function check(spec: Spec, value: unknown, which: string, refuse: (words: string) => never): void {
  const type = (spec["type"] as string | undefined) ?? "string";
  const actual = Array.isArray(value) ? "array" : typeof value;
  if (actual !== type) refuse(`${which} value is not a ${type}`);
  const options = spec["options"] as readonly unknown[] | undefined;
  if (options !== undefined && !options.includes(value))
    refuse(`\`${String(value)}\` cannot be used because it is not in the list of allowed options`);
  // RE2 finds, it does not match the whole: only anchors make it. `$` is the end of the text, not of a line.
  if (
    spec["regex"] !== undefined &&
    !compiled(spec["regex"] as string)
      .matcher(value as string)
      .find()
  )
    refuse(`${which} value does not match required RegEx pattern`);
}

const patterns = new Map<string, RE2JS>();

function compiled(regex: string): RE2JS {
  const pattern = patterns.get(regex) ?? RE2JS.compile(regex);
  patterns.set(regex, pattern);
  return pattern;
}

const BLOCK = /\$\[\[\s*(\S.*?\S)\s*\]\]/g;

function replace(node: unknown, values: Values): unknown {
  if (typeof node === "string") return replaceText(node, values);
  if (Array.isArray(node))
    return node.flatMap((item: unknown) => {
      const now = replace(item, values);
      return typeof item === "string" && Array.isArray(now) ? now : [now];
    });
  if (typeof node !== "object" || node === null || node instanceof Tagged) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [String(replaceText(key, values)), replace(value, values)]),
  );
}

function replaceText(text: string, values: Values): unknown {
  if (text.length > 1024 * 1024) throw new InputError("config node too large");
  const blocks = [...text.matchAll(BLOCK)];
  const [first] = blocks;
  if (first === undefined) return text;
  if (blocks.length === 1 && first[0].length === text.length) return lookUp(first[1] ?? "", values);
  // One after the other, each over the whole text: a value that holds a block would be replaced in its turn.
  return blocks.reduce(
    (now, [block, expression]) => now.replaceAll(block, () => plain(lookUp(expression ?? "", values))),
    text,
  );
}

const plain = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function lookUp(expression: string, values: Values): unknown {
  const [access = "", ...functions] = expression.split("|").map((part) => part.trim());
  const name = /^inputs\.([\w-]+)$/.exec(access)?.[1];
  if (name === undefined || !Object.hasOwn(values, name))
    throw new InputError(`unknown interpolation key: \`${access}\``);
  if (functions.length > 3) throw new InputError("too many functions in interpolation block");
  return functions.reduce<unknown>((value, call) => {
    const cut = /^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(call);
    if (cut !== null) return String(value).slice(Number(cut[1]), Number(cut[1]) + Number(cut[2]));
    // Without variables to expand, GitLab leaves them as they are.
    if (call === "expand_vars") return value;
    if (call === "posix_escape") return `'${String(value).replaceAll("'", "'\\''")}'`;
    throw new InputError(`no function matching \`${call}\``);
  }, values[name]);
}
