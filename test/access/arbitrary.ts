import fc from "fast-check";

import type { Context, Project, Rule } from "../../src/access/index.ts";
import { rulesOf } from "../../src/access/index.ts";
import type { Claim, GitlabEnvironment, RefRule, Scope, Version } from "../../src/model/index.ts";

/** An environment's question «who may read», as the model hands it over. */
export interface RuleSet {
  readonly refs: readonly RefRule[];
  readonly sources: readonly string[] | undefined;
  readonly gitlabEnvironment: GitlabEnvironment | undefined;
  readonly claims: readonly Claim[];
  readonly scope: Scope;
  readonly version: Version;
}

export const rulesIn = (set: RuleSet): readonly Rule[] => rulesOf(set, set);

/** Names that people (or their enemies) give to branches and tags; git allows all of them but the second and seventh. */
export const NASTY_REFS: readonly string[] = [
  "main-evil",
  "release/",
  "v1",
  "main",
  "feature/x",
  "release/1.2",
  "v1/../x",
  "ünïcödé/ветка",
  "x".repeat(250),
  "a,b",
  `it's`,
  `say"hi"`,
  `it's"both"`,
  "$x",
  "${main}",
  "a.b+c(d)|e",
  "main|v1",
  "v1.0.0",
  "Main",
  "true",
  "null",
  "-main",
  "mainmain",
];

const PATTERNS: readonly string[] = [
  ...NASTY_REFS,
  "v*",
  "release/*",
  "*-stable",
  "main*",
  "*main*",
  "a*b*c",
  "v*.*",
  "release/*/hotfix",
  "*$x*",
  "a.b*",
];

const SOURCES: readonly string[] = [
  "push",
  "web",
  "schedule",
  "trigger",
  "api",
  "pipeline",
  "chat",
  "parent_pipeline",
];

const origin: RefRule["origin"] = ["environments", "test", "refs"];
export const PROJECTS: readonly Project[] = [
  { id: "22", path: "mygroup/myproject", namespaceId: "72" },
  { id: "23", path: "mygroup/checkout", namespaceId: "72" },
  { id: "2", path: "someone/myproject", namespaceId: "7" },
  { id: "222", path: "mygroup/sub/project", namespaceId: "722" },
];

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const refRule: fc.Arbitrary<RefRule> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("branch" as const, "tag" as const),
      pattern: optional(fc.constantFrom(...PATTERNS)),
      protected: fc.constantFrom(undefined, undefined, true, false),
      origin: fc.constant(origin),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      kind: "merge-request" as const,
      pattern: undefined,
      protected: undefined,
      origin,
    }),
  },
);

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constantFrom<Scope>(
    { kind: "projects", projects: [{ id: "22", path: "mygroup/myproject" }] },
    {
      kind: "projects",
      projects: [
        { id: "22", path: "mygroup/myproject" },
        { id: "23", path: "mygroup/checkout" },
      ],
    },
    { kind: "group", group: { id: "72", path: "mygroup" } },
  ),
);

/** Claims that both the token and a CI/CD variable tell. */
const claims: fc.Arbitrary<readonly Claim[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<readonly Claim[]>(
      [{ name: "user_login", values: ["alice", "bob"] }],
      [{ name: "user_login", values: ["ops-*"] }],
      [
        { name: "user_id", values: ["42"] },
        { name: "user_login", values: ["alice"] },
      ],
    ),
  },
);

const gitlabEnvironment: fc.Arbitrary<GitlabEnvironment | undefined> = fc.constantFrom(
  undefined,
  undefined,
  { name: "production", action: "verify" as const, protected: undefined, tier: undefined },
  { name: "review/app 1", action: "start" as const, protected: true, tier: "production" },
);

export function ruleSet(refs: { readonly most: number }): fc.Arbitrary<RuleSet> {
  return fc.record({
    refs: fc.array(refRule, { minLength: 1, maxLength: refs.most }),
    sources: optional(
      fc.subarray([...SOURCES], { minLength: 1 }).map((list) => ["merge_request_event", ...list]),
    ),
    gitlabEnvironment,
    claims,
    scope,
    // Since 18.4 the token tells all that the rules need to know about forks.
    version: fc.constant({ major: 18, minor: 4 }),
  });
}

/** Contexts near the rules: refs and users are drawn from the same small world. */
export const context: fc.Arbitrary<Context> = fc
  .record({
    project: fc.constantFrom(...PROJECTS),
    pipeline: fc.oneof(
      fc.record({
        kind: fc.constantFrom("branch" as const, "tag" as const),
        source: fc.constantFrom(...SOURCES),
        fork: fc.constant(undefined),
      }),
      fc.record({
        kind: fc.constant("merge-request" as const),
        source: fc.constant("merge_request_event"),
        fork: optional(fc.constantFrom(...PROJECTS)),
      }),
    ),
    ref: fc.oneof(
      fc.constantFrom(...NASTY_REFS),
      fc
        .tuple(fc.constantFrom(...PATTERNS), fc.constantFrom("", "1", "x/y", ".", "$x", "main"))
        .map(([pattern, filler]) => pattern.replaceAll("*", filler)),
    ),
    protected: fc.boolean(),
    environment: fc.constantFrom(
      undefined,
      { name: "production", protected: true, tier: "production" },
      { name: "production", protected: false, tier: "other" },
      { name: "review/app 1", protected: true, tier: "production" },
      { name: "review/app 1", protected: false, tier: "production" },
      { name: "staging", protected: true, tier: "production" },
    ),
    user: fc.constantFrom(
      { user_login: "alice", user_id: "42" },
      { user_login: "bob", user_id: "43" },
      { user_login: "ops-1", user_id: "44" },
      { user_login: "ops-", user_id: "45" },
      { user_login: "mallory", user_id: "42" },
    ),
  })
  .map(({ pipeline, environment, user, project, ...facts }) => ({
    project,
    ...facts,
    kind: pipeline.kind,
    source: pipeline.source,
    ...(pipeline.fork === undefined || pipeline.fork.id === project.id ? {} : { fork: pipeline.fork }),
    ...(environment === undefined ? {} : { environment }),
    claims: user,
  }));
