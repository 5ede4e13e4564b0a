import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse, type CollectionTag } from "yaml";

type Data = Readonly<Record<string, unknown>>;

/** A job as GitLab composes it: `extends` merged, `!reference` replaced. */
export interface ResolvedJob {
  readonly name: string;
  /** `before_script` and `script`, one item a command, as the runner gets them. */
  readonly script: readonly string[];
  readonly body: Data;
}

/** `!reference [job, key]` until it is resolved. */
class Pending {
  readonly path: readonly string[];
  constructor(path: readonly string[]) {
    this.path = path;
  }
}

const referenceTag: CollectionTag = {
  tag: "!reference",
  collection: "seq",
  resolve: (value) => new Pending((value as { toJSON(): string[] }).toJSON()),
};

/**
 * Reads a repository's `.gitlab-ci.yml` with its local includes and resolves it as GitLab does, on less than a
 * page: another reader of our files than the programs that the other tests use.
 */
export function resolvePipeline(dir: string, file = ".gitlab-ci.yml"): ReadonlyMap<string, ResolvedJob> {
  const all = load(dir, file);
  const merged = Object.fromEntries(Object.keys(all).map((name) => [name, extended(all, name)]));
  const jobs = Object.entries(merged).filter(([name]) => !name.startsWith(".") && name !== "include");
  return new Map(
    jobs.map(([name, body]) => {
      const resolved = dereferenced(merged, body) as Data;
      return [
        name,
        { name, body: resolved, script: [...lines(resolved["before_script"]), ...lines(resolved["script"])] },
      ];
    }),
  );
}

/** Includes first, in their order; what stands later wins, and mappings merge. */
function load(dir: string, file: string): Data {
  const text = readFileSync(join(dir, file), "utf8");
  const { include = [], ...own } = parse(text, { version: "1.1", customTags: [referenceTag] }) as Data;
  let all: Data = {};
  for (const { local } of include as readonly { local: string }[]) {
    if (!local.startsWith("/")) throw new Error(`include from the root: ${local}`);
    all = merge(all, load(dir, local));
  }
  return merge(all, own);
}

function merge(base: Data, over: Data): Data {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isMapping(before) && isMapping(value) ? merge(before, value) : value;
  }
  return result;
}

function extended(all: Data, name: string, depth = 0): Data {
  const job = all[name];
  if (!isMapping(job)) throw new Error(`no job ${name}`);
  if (depth > 10) throw new Error(`extends deeper than GitLab allows at ${name}`);
  const { extends: bases = [], ...own } = job;
  const inherited = [bases].flat().map((base) => extended(all, base as string, depth + 1));
  return [...inherited, own].reduce(merge, {});
}

function dereferenced(all: Data, value: unknown, depth = 0): unknown {
  if (depth > 10) throw new Error("a circular reference");
  if (value instanceof Pending) {
    const target = value.path.reduce<unknown>((at, key) => (isMapping(at) ? at[key] : undefined), all);
    if (target === undefined || target === null || target === false)
      throw new Error(`no ${value.path.join(".")}`);
    return dereferenced(all, target, depth + 1);
  }
  if (Array.isArray(value)) return value.map((item) => dereferenced(all, item, depth)).flat(10);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, dereferenced(all, item, depth)]),
  );
}

function lines(value: unknown): readonly string[] {
  return [(value ?? []) as string | readonly string[]].flat();
}

function isMapping(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Pending);
}
