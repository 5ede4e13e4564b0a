import { describe, expect, it } from "vitest";

import type { PlanJson, PlannedEnvironment, PlannedTake } from "../e2e/plan.ts";
import { generateInMemory } from "./generate.ts";
import { readYaml } from "./gitlab-yaml.ts";
import { readPolicy } from "./hcl.ts";
import { MANIFESTS } from "./manifests.ts";
import { shellWords } from "./words.ts";

const cases = await Promise.all(
  MANIFESTS.map(async ([name, manifest]) => ({ name, ...(await generateInMemory(manifest)) })),
);

describe.each(cases)("$name: what stands in the files is what the plan says", ({ files, plan }) => {
  const text = (path: string): string => {
    const found = files.get(path);
    if (found === undefined) throw new Error(`no file ${path}`);
    return found;
  };
  const { environments } = plan;
  const gitlab = files.has("gitlab/main.yml") ? environments : [];
  const vault = files.has("vault/setup.sh") ? environments : [];

  it("the files themselves", () => {
    expect([...files.keys()].toSorted()).toEqual([...plan.files].toSorted());
    const fragments = gitlab.map(({ name }) => `gitlab/environments/${name}.yml`);
    const policies = vault.map(({ policy }) => `vault/policies/${policy.name}.hcl`);
    const roles = vault.flatMap((environment) =>
      environment.roles.map(({ name }) => `vault/roles/${name}.json`),
    );
    expect([...files.keys()]).toEqual(expect.arrayContaining([...fragments, ...policies, ...roles]));
    const fixed = [".gitattributes", ...(gitlab.length > 0 ? ["gitlab/main.yml", "gitlab/reader.yml"] : [])];
    const applied = vault.length > 0 ? ["vault/auth-config.json", "vault/setup.sh"] : [];
    // The other targets have tests of their own.
    const others = /^(?:terraform|openbao|component)\/|^SECRETS\.md$|^access-map\.html$/;
    expect([...files.keys()].filter((path) => !others.test(path))).toHaveLength(
      fragments.length + policies.length + roles.length + fixed.length + applied.length,
    );
  });

  it.runIf(gitlab.length > 0)("the entry file includes each fragment once, from the root", () => {
    const { include } = readYaml(text("gitlab/main.yml"), "1.1") as { include: { local: string }[] };
    const paths = ["reader.yml", ...gitlab.map(({ name }) => `environments/${name}.yml`)];
    expect(include).toEqual(paths.map((path) => ({ local: `/${plan.directory}/gitlab/${path}` })));
    expect(text("gitlab/main.yml")).toContain(`#     - local: /${plan.directory}/gitlab/main.yml\n`);
  });

  it.runIf(gitlab.length > 0)("jobs, rules, tokens and requests", () => {
    for (const environment of gitlab) {
      const data = readYaml(text(`gitlab/environments/${environment.name}.yml`), "1.1");
      expect(Object.keys(data)).toEqual(environment.jobs.map(({ name }) => name));
      const hidden = data[`.vault:${environment.name}`] as HiddenJob;
      expect(hidden.rules.map((rule) => [rule.if, rule.variables?.["CI_VAULT_ROLE"]])).toEqual(
        environment.roles.flatMap(({ name, rules_if }) =>
          rules_if.map((condition) => [condition, environment.roles.length > 1 ? name : undefined]),
        ),
      );
      const { variable, audience } = plan.token;
      const minted = plan.token.mechanism === "id_tokens" ? { [variable]: { aud: audience } } : undefined;
      expect(hidden.id_tokens).toEqual(minted);
      expect(hidden.environment?.name ?? null).toBe(environment.gitlab_environment);
      expect(hidden.before_script).toHaveLength(2);
      expect(hidden.before_script[0]).toEqual([".vault-reader", "script"]);
      expectScript(hidden.before_script[1] as string, plan, environment);
    }
  });

  it.runIf(vault.length > 0)("roles", () => {
    for (const { roles, policy } of vault) {
      for (const role of roles) {
        const written = JSON.parse(text(`vault/roles/${role.name}.json`)) as Record<string, unknown>;
        expect(written).toMatchObject({
          role_type: "jwt",
          bound_audiences: plan.token.audience === null ? [] : [plan.token.audience],
          bound_claims_type: role.bound_claims_type,
          token_policies: role.token_policies,
          token_type: plan.vault.token_type,
          token_explicit_max_ttl: role.token_ttl_seconds,
          token_no_default_policy: true,
        });
        expect(written["bound_claims"]).toEqual(role.bound_claims);
        expect(role.token_policies).toContain(policy.name);
        // To Vault, `"22"` and 22 differ, and GitLab's claims are text.
        for (const value of Object.values(role.bound_claims).flat()) expect(typeof value).toBe("string");
      }
    }
  });

  it.runIf(vault.length > 0)("policies", () => {
    for (const { policy } of vault) {
      const granted = Object.fromEntries(policy.paths.map(({ path, capabilities }) => [path, capabilities]));
      expect(readPolicy(text(`vault/policies/${policy.name}.hcl`))).toEqual(granted);
    }
  });

  it.runIf(vault.length > 0)("the auth method, and the script that applies all of it", () => {
    const config = JSON.parse(text("vault/auth-config.json")) as Record<string, unknown>;
    expect(config).toMatchObject({ bound_issuer: plan.token.issuer, default_role: "" });
    const lines = text("vault/setup.sh").split("\n");
    const named = (word: string) =>
      lines.filter((line) => line.startsWith(`${word} `)).map((line) => shellWords(line).slice(1));
    const assigned = (name: string) =>
      shellWords(lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "")[0];
    expect(named("policy")).toEqual(vault.map(({ policy }) => [policy.name]));
    expect(named("role")).toEqual(vault.flatMap(({ roles }) => roles.map(({ name }) => [name])));
    expect(assigned("address")).toBe(plan.vault.url);
    expect(assigned("mount")).toBe(plan.vault.auth_mount);
    expect(assigned("namespace")).toBe(plan.vault.namespace ?? "");
  });

  it("each request of a job is granted by its environment's policy, and nothing else is", () => {
    for (const { policy, requests } of environments) {
      const asked = requests.map(({ path }) => decodeURIComponent(path.replace(/\?.*$/, "")));
      const own = policy.paths.filter(({ path }) => path !== "auth/token/revoke-self");
      expect([...new Set(asked)].toSorted()).toEqual(own.map(({ path }) => path).toSorted());
      expect(own.every(({ capabilities }) => capabilities.join() === "read")).toBe(true);
    }
  });
});

interface HiddenJob {
  readonly rules: readonly { readonly if: string; readonly variables?: Readonly<Record<string, string>> }[];
  readonly id_tokens?: unknown;
  readonly environment?: { readonly name: string };
  readonly before_script: readonly unknown[];
}

/** The lines that log in and read, word by word; what chooses the role is the e2e tests' business. */
function expectScript(script: string, plan: PlanJson, environment: PlannedEnvironment): void {
  const lines = script.split("\n").filter((line) => line.startsWith("ci_vault_"));
  const [begin = "", ...reads] = lines;
  expect(reads.pop()).toBe("ci_vault_end");
  const [, address, mount, role, ...options] = shellWords(begin.replace('"$CI_VAULT_ROLE"', "chosen"));
  const { vault, token } = plan;
  expect([address, mount]).toEqual([vault.url, vault.auth_mount]);
  expect(role).toBe(environment.roles.length > 1 ? "chosen" : environment.roles[0]?.name);
  const stated = Object.fromEntries(options.map((option) => option.split(/=(.*)/s)));
  expect(stated["namespace"] ?? null).toBe(vault.namespace);
  expect(stated["token"] ?? "CI_JOB_JWT").toBe(token.variable);
  const read = reads.map((line) => {
    const [word, engine, path, ...specs] = shellWords(line);
    return { word, isKv2: engine === "kv2", path, takes: specs.map(takeOf) };
  });
  expect(read).toEqual(
    environment.requests.map(({ path, takes }) => ({
      word: "ci_vault_read",
      isKv2: path.includes("/data/"),
      path,
      // Whether a value may be printed is not the request's business.
      takes: takes.map(({ variable, as, field, base64, optional }) => ({
        variable,
        as,
        field,
        base64,
        optional,
      })),
    })),
  );
}

/** `NAME:FLAG,FLAG=field` back into what the plan calls it. */
function takeOf(spec: string): Omit<PlannedTake, "sensitive"> {
  const [, variable = "", flags = "", field] =
    /^([A-Za-z0-9_]+)(?::([a-z0-9,]+))?(?:=(.*))?$/s.exec(spec) ?? [];
  const given = new Set(flags.split(","));
  return {
    variable,
    as: given.has("json") ? "json" : given.has("file") ? "file" : "env",
    field: field ?? null,
    base64: given.has("base64"),
    optional: given.has("optional"),
  };
}
