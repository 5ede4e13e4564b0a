import { readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { claimAttributes } from "../../../src/artifacts/terraform/claims.ts";
import { literal, resourceName } from "../../../src/artifacts/text/terraform.ts";
import type { RolePlan } from "../../../src/plan/index.ts";
import { example } from "../../e2e/generate.ts";
import { generateInMemory } from "../generate.ts";
import { MANIFESTS } from "../manifests.ts";
import { canonical, evaluate, toApi } from "./convert.ts";

type Bodies = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
interface File {
  readonly resource: Readonly<Record<string, Bodies>>;
  readonly import: readonly { readonly to: string; readonly id: string }[];
}

/** From the provider itself; its `about` says how. */
const { resources: schema } = JSON.parse(readFileSync(new URL("schema.json", import.meta.url), "utf8")) as {
  resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
};
/** Terraform's own, in every resource. */
const META = new Set(["count", "depends_on", "lifecycle"]);

const cases = await Promise.all(
  MANIFESTS.map(async ([name, manifest]) => {
    const { files } = await generateInMemory(manifest, ["--target", "terraform", "--target", "vault"]);
    const read = (path: string) => JSON.parse(files.get(`terraform/${path}.tf.json`) ?? "") as File;
    return { name, files, read };
  }),
);

describe.each(cases)("$name", ({ files, read }) => {
  const roles = Object.entries(read("roles").resource["vault_jwt_auth_backend_role"] ?? {});
  const policies = Object.entries(read("policies").resource["vault_policy"] ?? {});
  const auth = Object.entries(read("main").resource["vault_jwt_auth_backend"] ?? {});

  it("the roles are those of roles/*.json", () => {
    const converted = Object.fromEntries(
      roles.map(([, body]) => [evaluate(body["role_name"]), canonical(toApi(body))]),
    );
    const own = [...files].flatMap(([path, text]) => {
      const name = /^vault\/roles\/(.*)\.json$/.exec(path)?.[1];
      return name === undefined ? [] : [[name, canonical(JSON.parse(text) as Record<string, unknown>)]];
    });
    expect(converted).toEqual(Object.fromEntries(own));
  });

  it("the policies are those of policies/*.hcl, byte for byte", () => {
    for (const [, body] of policies) {
      const { name, policy } = evaluate(body) as { name: string; policy: string };
      expect(policy).toBe(files.get(`vault/policies/${name}.hcl`));
    }
    expect(policies).toHaveLength(
      [...files.keys()].filter((path) => path.startsWith("vault/policies/")).length,
    );
  });

  it("the auth method is that of auth-config.json, and Terraform may not destroy it", () => {
    const config = JSON.parse(files.get("vault/auth-config.json") ?? "") as Record<string, unknown>;
    const [[, { count, ...body } = {}] = []] = auth;
    expect(count).toBe("${var.manage_auth_backend ? 1 : 0}");
    expect(evaluate(body)).toMatchObject({ ...config, type: "jwt", lifecycle: { prevent_destroy: true } });
  });

  it("the provider knows every attribute, with this type, and lacks none", () => {
    for (const [type, bodies] of [
      ["vault_jwt_auth_backend", auth],
      ["vault_jwt_auth_backend_role", roles],
      ["vault_policy", policies],
    ] as const) {
      const attributes = schema[type] ?? {};
      for (const [id, body] of bodies) {
        expect(id).toMatch(/^[A-Za-z_][A-Za-z0-9_-]*$/);
        for (const [name, value] of Object.entries(body)) {
          if (!META.has(name))
            expect(`${name}: ${typeOf(value)}`).toBe(`${name}: ${kindOf(attributes[name])}`);
        }
        const required = Object.keys(attributes).filter((name) => attributes[name]?.endsWith("!"));
        expect(Object.keys(body)).toEqual(expect.arrayContaining(required));
      }
    }
  });

  it("an import for each resource, by the provider's id", () => {
    const mount = evaluate(auth[0]?.[1]["path"]) as string;
    expect(read("import/imports").import.map(({ to, id }) => [to, evaluate(id)])).toEqual([
      ["vault_jwt_auth_backend.jwt[0]", mount],
      ...policies.map(([id, { name }]) => [`vault_policy.${id}`, evaluate(name)]),
      ...roles.map(([id, { role_name }]) => [
        `vault_jwt_auth_backend_role.${id}`,
        `auth/${mount}/role/${evaluate(role_name) as string}`,
      ]),
    ]);
  });
});

describe("what could go wrong on the way", () => {
  it("any text comes back from the templates", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "%", "{", "}", '"', "\\", "a", "~", "\n", "é") });
    fc.assert(fc.property(text, (value) => void expect(evaluate(literal(value))).toBe(value)));
  });

  it("different names give different ids", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "1", "_", "-", "."), minLength: 1 });
    const sound = name.filter((value) => /^\w/.test(value));
    fc.assert(
      fc.property(sound, sound, (a, b) => {
        expect(resourceName(a)).toMatch(/^[A-Za-z_][A-Za-z0-9_-]*$/);
        expect(resourceName(a) === resourceName(b)).toBe(a === b);
      }),
      { numRuns: 1000 },
    );
  });

  it("claims mean the same to the provider, or are refused: no role is ever wider", () => {
    const value = fc.string({
      unit: fc.constantFrom("a", "b", ",", " ", "*", "$", "{", "\u0085", "\ufeff"),
      minLength: 1,
    });
    const claims = fc.dictionary(
      fc.constantFrom("ref", "environment", "user_login"),
      fc.uniqueArray(value, { minLength: 1 }),
    );
    fc.assert(
      fc.property(claims, (bound) => {
        const role = { bound: { type: "glob", claims: bound } } as unknown as RolePlan;
        const attributes = claimAttributes(role);
        if (attributes === undefined) return;
        const written = Object.fromEntries(
          Object.entries(attributes).map(([key, one]) => [key, escaped(one)]),
        );
        expect(toApi(written)["bound_claims"]).toEqual(bound);
      }),
      { numRuns: 2000 },
    );
  });

  it("a value with a comma turns parsing off where nothing needs it", async () => {
    const manifest = example("myproject").replace("refs: default-branch", 'refs: { tag: "a,b" }');
    const { files } = await generateInMemory(manifest, ["--target", "terraform"]);
    const roles = JSON.parse(files.get("terraform/roles.tf.json") ?? "") as File;
    expect(roles.resource["vault_jwt_auth_backend_role"]?.["mygroup--myproject--staging"]).toMatchObject({
      bound_claims: { ref: "a,b" },
      disable_bound_claims_parsing: true,
    });
  });
});

it("the module of the second example, as a whole", async () => {
  const { files } = await generateInMemory(example("auto-deploy"), ["--target", "terraform"]);
  for (const name of ["main", "policies", "roles", "import/imports"])
    await expect(files.get(`terraform/${name}.tf.json`)).toMatchFileSnapshot(`golden/${name}.tf.json.txt`);
});

function escaped(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return typeof data === "string" ? literal(data) : data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, literal(value as string)]));
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "map" : typeof value;
}

/** `set(string)`, `string!` -> `list`, `string`. */
function kindOf(type: string | undefined): string {
  return (type ?? "no such attribute").replace("!", "").replace(/\(.*/, "").replace("set", "list");
}
