import { describe, expect, test } from "vitest";

import {
  conditions,
  combine,
  describeContext,
  prove,
  readRole,
  type Rule,
  rulesOf,
} from "../../src/access/index.ts";
import { explain, matrix, compile } from "../../src/app/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import type { RefRule } from "../../src/model/index.ts";

// Mistakes found in other people's roles and templates: what the tool says about each.

const AUDIENCE = "https://vault.example.com:8200";

function rules(refs: readonly Omit<RefRule, "origin">[], environment?: string): readonly Rule[] {
  const entered = { action: "verify", protected: undefined, tier: undefined } as const;
  return rulesOf(
    {
      refs: refs.map((ref) => ({ ...ref, origin: [] })),
      sources: undefined,
      gitlabEnvironment: environment === undefined ? undefined : { name: environment, ...entered },
      claims: [],
    },
    {
      scope: { kind: "projects", projects: [{ id: "22", path: "mygroup/myproject" }] },
      version: { major: 18, minor: 4 },
    },
  );
}

const TAGS = { kind: "tag", pattern: "v*", protected: true } as const;
const STAGING = { kind: "branch", pattern: "staging*", protected: undefined } as const;

/** The findings about a role that somebody wrote by hand, for what the manifest wants. */
function judged(own: readonly Rule[], role: Readonly<Record<string, unknown>>): readonly string[] {
  const view = readRole("by-hand", JSON.stringify({ bound_audiences: [AUDIENCE], ...role }));
  if (view === undefined) throw new Error("no role");
  const emitted = { ...view, conditions: combine(own).flatMap(conditions) };
  return prove(own, [emitted], AUDIENCE).findings.map((finding) =>
    "context" in finding ? `${finding.kind}: ${describeContext(finding.context)}` : finding.kind,
  );
}

const manifest = (environments: string, more = "") => `version: 1
gitlab:
  url: https://gitlab.example.com
  ${more === "" ? "project: { id: 22, path: mygroup/myproject }" : more}
vault:
  url: ${AUDIENCE}
environments:
${environments}
secrets:
  DB_PASSWORD: secret/myproject/{environment}/db#password
`;

const hostWith = (text: string, stdin = "") => createMemoryHost({ "/repo/manifest.yml": text }, { stdin });

describe("1. a production role bound to the namespace only", () => {
  const byHand = { bound_claims: { namespace_id: "72" } };

  test("the proof shows a project that nobody meant", () => {
    expect(judged(rules([TAGS]), byHand).join("\n")).toMatch(/over-open: .* project (?:22|999)/);
  });

  test("a manifest can say it, and the matrix shows what it means", () => {
    const host = hostWith(
      manifest("  production: { refs: { branch: '*' } }", "group: { id: 72, path: mygroup }"),
    );
    expect(matrix(host, "manifest.yml", {})).toBe(0);
    for (const row of ["default-branch", "feature-branch", "protected-branch"])
      expect(host.stdout()).toMatch(new RegExp(`^${row} +yes`, "m"));
    expect(host.stdout()).toMatch(/^tag +no +ref_type/m);
  });
});

describe("2. a wildcard in a role without glob", () => {
  const claims = { project_id: "22", ref_type: "branch", ref: "staging*" };

  test("admits nobody: its jobs run and are denied", () => {
    const found = judged(rules([STAGING]), { bound_claims: claims });
    expect(found).toContain("impossible");
    expect(found.join("\n")).toMatch(/denied: branch staging-evil/);
  });

  test("the generated role has glob on", () => {
    const host = hostWith(manifest("  staging: { refs: { branch: staging* } }"));
    const role = compile(host, "manifest.yml").value?.artifacts.find(({ path }) => path.includes("roles/"));
    expect(JSON.parse(role?.text ?? "{}")).toMatchObject({ bound_claims_type: "glob" });
  });
});

describe("3. any project by wildcard", () => {
  const claims = { project_id: "*", ref_type: "tag", ref: "v*", ref_protected: "true" };

  test("without glob: nobody", () => {
    expect(judged(rules([TAGS]), { bound_claims: claims })).toContain("impossible");
  });

  test("with glob: everybody", () => {
    const found = judged(rules([TAGS]), { bound_claims: claims, bound_claims_type: "glob" });
    expect(found.join("\n")).toMatch(/over-open: tag v1.2, .* project 1$/m);
  });
});

describe("4. audiences", () => {
  const bound_claims = { project_id: "22", ref_type: "tag", ref: "v*", ref_protected: "true" };
  const byHand = { bound_claims, bound_claims_type: "glob" };

  test("a right role is not complained about", () => {
    expect(judged(rules([TAGS]), byHand)).toEqual([]);
  });

  test.each([
    ["none bound, while the token has one", []],
    ["one from a laboratory", ["https://localhost:8201"]],
    ["a slash too many", [`${AUDIENCE}/`]],
  ])("%s: nobody can log in", (_, bound_audiences) => {
    const found = judged(rules([TAGS]), { ...byHand, bound_audiences });
    expect(found).toContain("impossible");
    expect(found.join("\n")).toMatch(/denied: tag v1.2/);
  });

  test("explain says so too", () => {
    const host = hostWith(
      manifest("  production: { refs: protected-tags }"),
      '{"aud":"https://localhost:8201"}',
    );
    expect(explain(host, "manifest.yml", { claims: "-" })).toBe(1);
    expect(host.stdout()).toContain(`https://localhost:8201; the role wants ${AUDIENCE}`);
  });
});

test("4b. two roles of one name are an error before anything is written", () => {
  const host = hostWith(
    manifest("  prod: { refs: [default-branch, { tag: 'v*' }] }\n  prod--tag-vx: { refs: merge-requests }"),
  );
  const { value, diagnostics } = compile(host, "manifest.yml");
  expect(value).toBeUndefined();
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code)).toEqual([
    "model/name-collision",
  ]);
});

test("5. a branch with the name of a protected tag, and a role without ref_type", () => {
  const bound_claims = { project_id: "22", ref: "v*" };
  const found = judged(rules([{ ...TAGS, protected: undefined }]), {
    bound_claims,
    bound_claims_type: "glob",
  });
  expect(found).toEqual([expect.stringMatching(/^over-open: branch v1.2,/)]);
});

test("6. the GitLab environment alone, which whoever writes the job may choose", () => {
  const bound_claims = { project_id: "22", environment: "production" };
  const found = judged(rules([TAGS], "production"), { bound_claims });
  expect(found.join("\n")).toMatch(/over-open: branch feature, .*environment production/);
});

describe("7. a policy for KV v2 without data/", () => {
  test("cannot be generated", () => {
    const { value } = compile(hostWith(manifest("  production: { refs: protected-tags }")), "manifest.yml");
    expect(value?.plan.environments[0]?.policy.grants[0]?.path).toBe("secret/data/myproject/production/db");
  });

  test("and a wildcard cannot be written", () => {
    const text = manifest("  production: { refs: protected-tags }").replace("/db#", "/*#");
    expect(compile(hostWith(text), "manifest.yml").diagnostics.map(({ code }) => code)).toEqual([
      "model/unsafe-path",
    ]);
  });
});
