import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  admits,
  allows,
  boundClaims,
  claimsOf,
  combine,
  conditions,
  describeContext,
  type EmittedRole,
  type Finding,
  prove,
  readRole,
  type Rule,
  rulesOf,
} from "../../src/access/index.ts";
import type { Claim, GitlabEnvironment, RefRule, Scope } from "../../src/model/index.ts";
import { context, rulesIn, ruleSet } from "./arbitrary.ts";

interface Given {
  readonly refs: readonly Omit<RefRule, "origin">[];
  readonly sources?: readonly string[];
  readonly gitlabEnvironment?: GitlabEnvironment;
  readonly claims?: readonly Claim[];
  readonly scope?: Scope;
}

const MAIN = { kind: "branch", pattern: "main", protected: undefined } as const;
const TAGS = { kind: "tag", pattern: "v*", protected: true } as const;

function rules({ refs, sources, gitlabEnvironment, claims = [], scope }: Given): readonly Rule[] {
  return rulesOf(
    { refs: refs.map((ref) => ({ ...ref, origin: [] })), sources, gitlabEnvironment, claims },
    {
      scope: scope ?? { kind: "projects", projects: [{ id: "22", path: "mygroup/myproject" }] },
      version: { major: 18, minor: 4 },
    },
  );
}

function emitted(own: readonly Rule[]): readonly EmittedRole[] {
  return combine(own).map((rule, index) => {
    const { type, claims } = boundClaims(rule);
    // Through JSON, as a role is read back from its file.
    const json = JSON.stringify({
      bound_claims_type: type,
      bound_claims: claims,
      bound_audiences: [],
      token_policies: [],
    });
    const view = readRole(`role-${index}`, json);
    if (view === undefined) throw new Error("the role cannot be read back");
    return { ...view, conditions: conditions(rule) };
  });
}

/** The emitted roles with the claims of the first one changed by hand; `undefined` removes one. */
function tampered(
  own: readonly Rule[],
  change: Readonly<Record<string, unknown>>,
  type?: "string" | "glob",
): readonly EmittedRole[] {
  return emitted(own).map((role, index) => {
    if (index > 0) return role;
    const claims = Object.entries({ ...role.bound_claims, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    return {
      ...role,
      bound_claims: Object.fromEntries(claims),
      bound_claims_type: type ?? role.bound_claims_type,
    };
  });
}

const said = (findings: readonly Finding[]) =>
  findings.map((finding) =>
    "context" in finding ? `${finding.kind}: ${describeContext(finding.context)}` : finding.kind,
  );

describe("what the generator emits", () => {
  it("is proven for any rules: jobs can log in, roles admit nothing else", () => {
    fc.assert(
      fc.property(ruleSet({ most: 5 }), (set) => {
        const own = rulesIn(set);
        expect(said(prove(own, emitted(own)).findings)).toEqual([]);
      }),
      { numRuns: 300, seed: 20_260_824 },
    );
  });

  it("and the proof is right: what it lets pass, no random context contradicts", () => {
    fc.assert(
      fc.property(ruleSet({ most: 3 }), ruleSet({ most: 3 }), context, (wanted, other, facts) => {
        // Roles of other rules in the same scope: mostly wrong, now and then right.
        const own = rulesIn(wanted);
        const roles = emitted(rulesIn({ ...other, scope: wanted.scope, claims: wanted.claims }));
        const { findings } = prove(own, roles);
        const claims = claimsOf(facts, wanted.version);
        for (const role of roles) {
          const isOpen = admits(role, claims) && !own.some((rule) => allows(rule, facts));
          if (isOpen) expect(said(findings).join()).toContain("over-open");
        }
      }),
      { numRuns: 800, seed: 20_260_824 },
    );
  });
});

describe("sabotage is found, with a context that shows it", () => {
  const own = rules({ refs: [MAIN, TAGS] });

  it.each<readonly [string, Readonly<Record<string, unknown>>, "string" | "glob" | undefined, string]>([
    ["a role widened by hand", { ref: ["main", "develop"] }, undefined, "branch develop,"],
    ["ref_type dropped", { ref_type: undefined }, undefined, "tag main,"],
    ["glob turned on and a wildcard added", { ref: "main*" }, "glob", "branch main-evil,"],
    ["ref dropped", { ref: undefined }, undefined, "branch feature,"],
    ["any project", { project_id: undefined }, undefined, "project 999"],
    ["any project by wildcard", { project_id: "*" }, "glob", "project 1"],
    ["merge requests let in", { pipeline_source: undefined }, undefined, "merge request from branch main,"],
    [
      "children let in",
      { pipeline_source: ["push", "parent_pipeline"] },
      undefined,
      "source parent_pipeline",
    ],
  ])("%s", (_, change, type, text) => {
    const found = said(prove(own, tampered(own, change, type)).findings).filter((line) =>
      line.startsWith("over-open"),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });

  it("turning glob on alone changes nothing where no value has a wildcard", () => {
    expect(said(prove(own, tampered(own, {}, "glob")).findings)).toEqual([]);
  });

  it("the GitLab environment or a claim dropped", () => {
    const strict = rules({
      refs: [MAIN],
      gitlabEnvironment: { name: "production", action: "verify", protected: undefined, tier: undefined },
      claims: [{ name: "user_login", values: ["alice"] }],
    });
    expect(said(prove(strict, tampered(strict, { environment: undefined })).findings)).toEqual([
      "over-open: branch main, protected, source api, project 22, user_login alice",
    ]);
    expect(said(prove(strict, tampered(strict, { user_login: undefined })).findings)[0]).toMatch(
      /^over-open: .*user_login feature/,
    );
  });
});

describe("a job that cannot log in", () => {
  const own = rules({ refs: [MAIN] });

  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ["another branch in the role", { ref: "master" }],
    ["a wildcard in a role without glob", { ref: "mai*" }],
    ["the project's id as a number", { project_id: 22 }],
    ["a boolean instead of text", { ref_protected: true }],
    ["a claim that the token lacks", { environment: "production" }],
    ["a list of nothing", { ref: [] }],
  ])("%s", (_, change) => {
    const { findings } = prove(own, tampered(own, change));
    expect(said(findings).join("\n")).toMatch(/denied: branch main,/);
  });

  it("says which claim is in the way", () => {
    const [finding] = prove(own, tampered(own, { ref_protected: true })).findings.filter(
      ({ kind }) => kind === "denied",
    );
    expect(finding).toMatchObject({ role: "role-0", because: [{ claim: "ref_protected", result: "type" }] });
  });

  it("a role that no context can satisfy is named too", () => {
    expect(said(prove(own, tampered(own, { project_id: "*" })).findings)).toContain("impossible");
  });

  it("a rule whose claims contradict its refs", () => {
    const broken = rules({ refs: [MAIN], claims: [{ name: "ref_path", values: ["refs/heads/other"] }] });
    expect(said(prove(broken, emitted(broken)).findings)).toContain("impossible");
  });

  it("an expression that lets more jobs run than the role admits", () => {
    const [role] = emitted(own);
    if (role === undefined) throw new Error("no role");
    const loose = { ...role, conditions: ['$CI_PROJECT_ID == "22" && $CI_COMMIT_BRANCH'] };
    expect(said(prove(own, [loose]).findings)).toEqual([expect.stringMatching(/^denied: branch feature,/)]);
  });

  it("an expression that lets fewer jobs run than the manifest wants", () => {
    const [role] = emitted(own);
    if (role === undefined) throw new Error("no role");
    const strict = role.conditions.map((text) => `${text} && $CI_COMMIT_REF_PROTECTED == "true"`);
    expect(said(prove(own, [{ ...role, conditions: strict }]).findings)).toEqual([
      expect.stringMatching(/^absent: branch main, unprotected,/),
    ]);
  });

  it("an expression that cannot be read back is reported, not trusted", () => {
    const [role] = emitted(own);
    if (role === undefined) throw new Error("no role");
    const odd = { ...role, conditions: ["$CI_COMMIT_BRANCH =~ /main/"] };
    expect(said(prove(own, [odd]).findings)).toContain("unreadable");
  });
});
