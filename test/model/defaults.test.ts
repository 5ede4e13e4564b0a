import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readManifest } from "../../src/manifest/index.ts";
import { buildModel, type Model } from "../../src/model/index.ts";

const HEAD = `version: 1
gitlab: { url: https://gitlab.example.com/, project: { id: 22, path: mygroup/myproject } }
vault: { url: "http://vault.example.com:8200/" }
`;
const REST = "environments: { staging: { refs: default-branch } }\nsecrets: { A: secret/app#a }\n";

function model(text: string): Model {
  const { value } = readManifest("manifest.yml", Buffer.from(text));
  const built = value && buildModel(value).value;
  if (built === undefined) throw new Error("a sound manifest was expected");
  return built;
}

const okAt = join(import.meta.dirname, "../manifests/ok");
const ok = (name: string) => model(readFileSync(join(okAt, `${name}.yml`), "utf8"));

test("what a small manifest leaves out", () => {
  expect(model(HEAD + REST)).toEqual({
    prefix: "mygroup--myproject",
    gitlab: {
      url: "https://gitlab.example.com",
      scope: { kind: "projects", projects: [{ id: "22", path: "mygroup/myproject" }] },
      defaultBranch: "main",
      version: { major: 17, minor: 0 },
    },
    token: {
      kind: "id-token",
      variable: "CI_JOB_JWT",
      issuer: "https://gitlab.example.com",
      audience: "http://vault.example.com:8200",
    },
    vault: {
      url: "http://vault.example.com:8200",
      namespace: undefined,
      ca: undefined,
      authMount: "jwt",
      keys: { kind: "jwks", url: "https://gitlab.example.com/oauth/discovery/keys" },
      userClaim: "project_id",
      verifyTls: true,
      allowTrace: false,
      leaseTtl: 3600,
      tokenTtl: 60,
      tokenType: "service",
      extraPolicies: [],
      boundCidrs: [],
    },
    environments: [
      {
        name: "staging",
        origin: ["environments", "staging"],
        refs: [
          {
            kind: "branch",
            pattern: "main",
            protected: undefined,
            origin: ["environments", "staging", "refs"],
          },
        ],
        sources: undefined,
        gitlabEnvironment: undefined,
        claims: [],
        reader: "script",
        files: [],
        secrets: [
          {
            label: "A",
            origin: ["secrets", "A"],
            mount: { path: "secret", engine: "kv-v2" },
            path: "app",
            version: undefined,
            reads: [{ as: "env", variable: "A", field: "a", base64: false }],
            body: undefined,
            leased: false,
            optional: false,
            fallback: undefined,
            sensitive: true,
            filename: undefined,
            description: undefined,
          },
        ],
      },
    ],
    jobs: [],
    outputs: { directory: "ci-vault", targets: ["gitlab", "vault"] },
  });
});

test.each([
  ["17.0", "id-token", "https://gitlab.example.com", "http://vault.example.com:8200"],
  ["15.10", "id-token", "https://gitlab.example.com", "http://vault.example.com:8200"],
  ["15.7", "id-token", "https://gitlab.example.com", "http://vault.example.com:8200"],
  ["15.6", "predefined", "gitlab.example.com", undefined],
  ["12.10", "predefined", "gitlab.example.com", undefined],
] as const)("GitLab %s: %s tokens", (version, kind, issuer, audience) => {
  // Not quoted on purpose: 15.10 is no number here.
  const { token } = model(HEAD.replace("project:", `version: ${version}, project:`) + REST);
  expect(token).toEqual({ kind, variable: "CI_JOB_JWT", issuer, audience });
});

test("the second predefined token has the instance as issuer and audience", () => {
  expect(ok("legacy-token-v2.warn").token).toEqual({
    kind: "predefined",
    variable: "CI_JOB_JWT_V2",
    issuer: "https://gitlab.example.com",
    audience: "https://gitlab.example.com",
  });
});

test("the longest mount wins, and a slash at its end makes no difference", () => {
  const [environment] = ok("mounts").environments;
  expect(environment?.secrets.map(({ mount, path }) => `${mount.path} ${mount.engine} ${path}`)).toEqual([
    "kv kv-v1 app/db",
    "kv/team kv-v2 app/db",
    "other generic app",
  ]);
});

test("placeholders are filled per environment", () => {
  const [staging] = ok("placeholders").environments;
  expect(staging?.secrets.map(({ path }) => path)).toEqual(["mygroup/myproject/staging/a", "22/staging"]);
  expect(staging?.gitlabEnvironment?.name).toBe("myproject/staging");
});

test("an environment replaces, removes and adds secrets", () => {
  const paths = ok("secrets-per-environment").environments.map(({ name, secrets }) => [
    name,
    ...secrets.map((secret) => `${secret.label}=${secret.path}`),
  ]);
  expect(paths).toEqual([
    ["staging", "DB_PASSWORD=myproject/staging/db"],
    ["production", "SENTRY_DSN=myproject/sentry", "DB_PASSWORD=vip/db", "PAGER_KEY=vip/pager"],
  ]);
});

test("durations become seconds, networks and policies stay as they are", () => {
  const { vault } = ok("tokens");
  expect(vault).toMatchObject({
    tokenTtl: 5400,
    tokenType: "batch",
    authMount: "gitlab/jwt",
    ca: { variable: "VAULT_CA" },
    keys: { kind: "discovery", url: "https://gitlab.example.com" },
    boundCidrs: ["10.0.0.0/8", "192.168.1.7", "fd00::/8", "::1"],
  });
});

test("merge keys of YAML are followed in job bodies", () => {
  const deploy = ok("jobs").jobs.find(({ name }) => name === "deploy");
  expect(deploy?.environments).toEqual(["production"]);
  expect(deploy?.body).toMatchObject({ stage: "deploy", image: "alpine:3.20" });
  expect(deploy?.body).not.toHaveProperty("<<");
});
