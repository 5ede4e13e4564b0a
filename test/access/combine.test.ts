import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { boundClaims, combine, type BoundClaims, type Rule, rulesOf } from "../../src/access/index.ts";
import type { RefRule } from "../../src/model/index.ts";
import { rulesIn, ruleSet } from "./arbitrary.ts";
import { vaultAdmits } from "./vault.ts";

type Token = Readonly<Record<string, string>>;

const seed = 20_260_824;
const ref = (kind: RefRule["kind"], pattern?: string, isProtected?: boolean): RefRule => ({
  kind,
  pattern,
  protected: isProtected,
  origin: [],
});

function rules(refs: readonly RefRule[], sources?: readonly string[]): readonly Rule[] {
  return rulesOf(
    { refs, sources, gitlabEnvironment: undefined, claims: [] },
    {
      scope: { kind: "projects", projects: [{ id: "22", path: "mygroup/myproject" }] },
      version: { major: 18, minor: 4 },
    },
  );
}

const said = (refs: readonly RefRule[], sources?: readonly string[]) =>
  combine(rules(refs, sources)).map((rule) => {
    const { project_id: _, job_project_id: __, ...claims } = boundClaims(rule).claims;
    return claims;
  });

const BRANCH = ["api", "pipeline", "push", "schedule", "trigger", "web"];

describe("rules that share a role", () => {
  it("two branches", () => {
    expect(said([ref("branch", "main"), ref("branch", "develop")])).toEqual([
      { ref_type: "branch", ref: ["develop", "main"], pipeline_source: BRANCH },
    ]);
  });

  it("what another rule covers is dropped", () => {
    const list = [
      ref("branch", "release/1", true),
      ref("branch", undefined, true),
      ref("branch", "main", true),
    ];
    expect(said(list)).toEqual([{ ref_type: "branch", ref_protected: "true", pipeline_source: BRANCH }]);
  });

  it("protected and unprotected of the same name", () => {
    expect(said([ref("tag", "v*", true), ref("tag", "v*", false)])).toEqual([{ ref_type: "tag", ref: "v*" }]);
  });

  it("a branch and a tag of the same name from the same sources", () => {
    expect(said([ref("branch", "release/*"), ref("tag", "release/*")], ["push"])).toEqual([
      { ref_type: ["branch", "tag"], ref: "release/*", pipeline_source: "push" },
    ]);
  });

  it("any branch and merge requests", () => {
    expect(said([ref("branch"), ref("merge-request")])).toEqual([
      {
        ref_type: "branch",
        pipeline_source: [...BRANCH.slice(0, 1), "merge_request_event", ...BRANCH.slice(1)],
      },
    ]);
  });

  it("three rules whose union is one, though no two of them are", () => {
    const list = [ref("branch", "a", true), ref("branch", "b"), ref("branch", "a", false)];
    expect(said(list)).toEqual([{ ref_type: "branch", ref: ["a", "b"], pipeline_source: BRANCH }]);
  });
});

describe("rules that cannot share a role", () => {
  it("a branch and a tag: together they would admit a branch named like the tag", () => {
    expect(said([ref("branch", "main"), ref("tag", "v*")])).toEqual([
      { ref_type: "branch", ref: "main", pipeline_source: BRANCH },
      { ref_type: "tag", ref: "v*" },
    ]);
  });

  it("two names of which one must be protected", () => {
    expect(said([ref("branch", "release/*", true), ref("branch", "main")])).toEqual([
      { ref_type: "branch", ref: "release/*", ref_protected: "true", pipeline_source: BRANCH },
      { ref_type: "branch", ref: "main", pipeline_source: BRANCH },
    ]);
  });

  it("a branch and merge requests", () => {
    expect(said([ref("branch", "main"), ref("merge-request")])).toHaveLength(2);
  });
});

describe("the result", () => {
  it("does not depend on the order of the rules, but for its own order", () => {
    fc.assert(
      fc.property(
        ruleSet({ most: 5 }).chain((set) =>
          fc.tuple(fc.constant(set), fc.shuffledSubarray([...set.refs], { minLength: set.refs.length })),
        ),
        ([set, shuffled]) => {
          const text = (refs: readonly RefRule[]) =>
            combine(rulesIn({ ...set, refs }))
              .map((rule) => JSON.stringify(boundClaims(rule)))
              .toSorted();
          expect(text(shuffled)).toEqual(text(set.refs));
        },
      ),
      { numRuns: 500, seed },
    );
  });

  it("is as small as any that an exhaustive search finds, and widens nothing", () => {
    const kinds = fc.constantFrom("branch" as const, "tag" as const, "merge-request" as const);
    const refs = fc.array(
      fc
        .tuple(kinds, fc.constantFrom("a", "a*", "*b", "*"), fc.constantFrom(undefined, true, false))
        .map(([kind, pattern, isProtected]) =>
          kind === "merge-request"
            ? ref(kind)
            : ref(kind, pattern === "*" ? undefined : pattern, isProtected),
        ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(
        refs,
        fc.constantFrom(undefined, ["push"], ["push", "merge_request_event"]),
        (list, sources) => {
          const own = rules(list, sources);
          const least = smallest(own);
          expect(combine(own)).toHaveLength(least);
        },
      ),
      { numRuns: 120, seed },
    );
  });
});

// The oracle knows tokens and roles only. Sources that all rules treat alike are represented by one of them.
const SOURCES = ["push", "chat", "merge_request_event"];
const TOKENS: readonly Token[] = ["branch", "tag"].flatMap((ref_type) =>
  ["a", "ax", "ab", "xb", "x"].flatMap((name) =>
    ["true", "false"].flatMap((ref_protected) =>
      SOURCES.filter((source) => ref_type === "branch" || source !== "merge_request_event").map(
        (pipeline_source) => ({ ref_type, ref: name, ref_protected, pipeline_source }),
      ),
    ),
  ),
);

function smallest(own: readonly Rule[]): number {
  const loose = (rule: Rule): BoundClaims => {
    const { project_id: _, job_project_id: __, ...claims } = boundClaims(rule).claims;
    return { type: "glob", claims };
  };
  const allowed = new Set(TOKENS.filter((token) => own.some((rule) => vaultAdmits(loose(rule), token))));
  const reaches = new Map<string, readonly number[]>();
  for (const bound of everyRole()) {
    const admitted = TOKENS.flatMap((token, index) => (vaultAdmits(bound, token) ? [index] : []));
    if (admitted.length === 0 || admitted.some((index) => !allowed.has(TOKENS[index] ?? {}))) continue;
    reaches.set(admitted.join(), admitted);
  }
  const sets = [...reaches.values()];
  const all = TOKENS.flatMap((token, index) => (allowed.has(token) ? [index] : []));
  const possible = (left: readonly number[], count: number): boolean => {
    const [first] = left;
    if (first === undefined) return true;
    if (count === 0) return false;
    return sets.some(
      (set) =>
        set.includes(first) &&
        possible(
          left.filter((index) => !set.includes(index)),
          count - 1,
        ),
    );
  };
  for (let count = 1; ; count++) if (possible(all, count)) return count;
}

let roles: readonly BoundClaims[] | undefined;
function everyRole(): readonly BoundClaims[] {
  const subsets = (values: readonly string[]) =>
    values.reduce<string[][]>((sets, value) => sets.flatMap((set) => [set, [...set, value]]), [[]]).slice(1);
  roles ??= subsets(["branch", "tag"]).flatMap((ref_type) =>
    subsets(["a", "a*", "*b", "*"]).flatMap((names) =>
      subsets(["true", "false"]).flatMap((ref_protected) =>
        subsets(SOURCES).map((pipeline_source) => ({
          type: "glob" as const,
          claims: { ref_type, ref: names, ref_protected, pipeline_source },
        })),
      ),
    ),
  );
  return roles;
}
