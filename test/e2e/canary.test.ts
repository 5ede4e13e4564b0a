import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { addressed, generated, INCLUDE } from "./generate.ts";
import { cannotRunLocally, expectSilent, proof, runGenerated, runLocally, type ProvenRun } from "./job.ts";
import { login, runSetup, tokenOf } from "./vault.ts";

// Plain letters, so that no way of quoting, escaping or folding could hide one from the search.
const PLANTED = {
  env: "CanaryOfAnEnvironmentVariable",
  file: "CanaryOfAFile",
  json: "CanaryOfAWholeSecret",
  decoded: "CanaryThatWasBaseSixtyFour",
} as const;
const ENCODED = Buffer.from(PLANTED.decoded).toString("base64");

const MANIFEST = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: mygroup/myproject }
vault:
  url: http://vault.example.com:8200
environments:
  staging: { refs: default-branch }
secrets:
  PASSWORD: secret/canary/env#value
  KEY: { path: secret/canary/file, field: value, as: file }
  WHOLE: { path: secret/canary/json, as: json }
  DECODED: { path: secret/canary/decoded, field: value, decode: base64 }
jobs:
  use: { script: ./use.sh }
  fail: { script: [./use.sh, "false"] }
`;

/** A user's own job that turns tracing on before it reads. */
const OWN = `${INCLUDE}traced:
  extends: .vault:staging
  before_script: ["set -x", !reference [".vault:staging", before_script]]
  script: [./use.sh]
`;

describeWithServer("canary values on a real server", (server) => {
  let issuer: Issuer;
  let dir: string;
  let jwt: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    const script = proof(["PASSWORD", "WHOLE", "DECODED"]) + proof([], ["KEY"]);
    dir = await generated(addressed(MANIFEST, issuer.url, server().addr), {
      "use.sh": script,
      ".gitlab-ci.yml": OWN,
    });
    jwt = issuer.mint(idTokenClaims(branch("main", { issuer: issuer.url, audience: server().addr })));
  });
  afterAll(() => issuer.stop());
  beforeEach(async () => {
    const setup = await runSetup(dir, server(), "curl");
    expect(setup.code, setup.output).toBe(0);
    for (const [name, value] of Object.entries({ ...PLANTED, decoded: ENCODED }))
      await putV2(server().api, "secret", `canary/${name}`, { value });
  });

  const secrets = (): readonly string[] => [
    ...Object.values(PLANTED),
    ENCODED,
    jwt,
    ...jwt.split(".").slice(1),
  ];

  function expectAll(run: ProvenRun): void {
    expect(run.got("PASSWORD")).toBe(PLANTED.env);
    expect(run.got("KEY")).toBe(PLANTED.file);
    expect(run.got("WHOLE")).toContain(PLANTED.json);
    expect(run.got("DECODED")).toBe(PLANTED.decoded);
  }

  it("the search itself finds what it is meant to find", async () => {
    const role = "mygroup--myproject--staging";
    const run: ProvenRun = {
      code: 0,
      signal: null,
      stdout: "",
      stderr: "",
      output: "",
      got: () => undefined,
      argv: [],
    };
    const token = await tokenOf(server(), role, jwt);
    expect(() => expectSilent({ ...run, output: `+ header="X-Vault-Token: ${token}"` }, [])).toThrow(
      "a token",
    );
    expect(() => expectSilent({ ...run, argv: ["curl", `-Hx:${token}`] }, [])).toThrow("a token in the argv");
    expect(() => expectSilent({ ...run, output: `+ x='a${PLANTED.env}b'` }, secrets())).toThrow(
      "a secret in the log",
    );
    // And the message of such a failure does not show it either.
    const answer = await login(server(), role, jwt);
    expect(() => expectSilent({ ...run, output: answer.text }, [])).toThrow(/^(?!.*[sb]\.\w{20})/s);
  });

  describe.each(shells())("in $name, traced", (shell) => {
    const start = (job: string, variables: Record<string, string> = {}) =>
      runGenerated(dir, job, shell, { CI_JOB_JWT: jwt, ...variables }, { trace: true });

    it("a job that works", async () => {
      const run = await start("use:staging");
      expect(run.code, run.output).toBe(0);
      expectAll(run);
      // The watch did look: the tools that the reader started are among what it saw.
      expect(run.argv).toEqual(expect.arrayContaining(["curl", "awk"]));
      expectSilent(run, secrets());
    });

    it("a job whose script fails afterwards", async () => {
      const run = await start("fail:staging");
      expect(run.code, run.output).toBe(1);
      expectAll(run);
      expectSilent(run, secrets());
    });

    it("a user's own job that traces", async () => {
      const run = await start("traced");
      expect(run.code, run.output).toBe(0);
      expectAll(run);
      expectSilent(run, secrets());
    });

    it.each([
      [
        "a field is missing",
        "canary/json",
        { other: "CanaryOfAnotherField" },
        /secret PASSWORD: .* without field "value"/,
      ],
      ["a path is missing", undefined, undefined, /secret PASSWORD: secret\/data\/canary\/env: HTTP 404/],
      [
        "a value is not base64",
        "canary/decoded",
        { value: "CanaryOfNo!Base64" },
        /secret DECODED: .*: the value is not base64/,
      ],
    ] as const)("%s", async (what, path, fields, message) => {
      const { api } = server();
      if (what === "a field is missing")
        await putV2(api, "secret", "canary/env", { other: "CanaryOfAnotherField" });
      else if (path === undefined) await api("DELETE", "secret/metadata/canary/env");
      else await putV2(api, "secret", path, fields);
      const run = await start("use:staging");
      expect(run.code, run.output).toBe(1);
      expect(run.stderr).toMatch(message);
      expect(run.got("KEY")).toBeUndefined();
      expectSilent(run, [...secrets(), "CanaryOfAnotherField", "CanaryOfNo"]);
    });

    it("the policy lacks a path", async () => {
      const policy = 'path "secret/data/canary/env" { capabilities = ["read"] }';
      await server().api("PUT", "sys/policies/acl/mygroup--myproject--staging", { policy });
      const run = await start("use:staging");
      expect(run.code, run.output).toBe(1);
      expect(run.stderr).toMatch(/secret KEY: secret\/data\/canary\/file: HTTP 403 permission denied/);
      expectSilent(run, secrets());
    });

    it("the token variable holds something else", async () => {
      const run = await start("use:staging", { CI_JOB_JWT: "CanaryOfAPassword" });
      expect(run.code, run.output).toBe(1);
      expectSilent(run, ["CanaryOfAPassword"]);
    });
  });

  it.skipIf(cannotRunLocally).each(["use:staging", "fail:staging", "traced"])(
    "%s by gitlab-ci-local",
    async (job) => {
      const variables = predefinedVariables(branch("main", { issuer: issuer.url }));
      const run = await runLocally(dir, job, { ...variables, CI_JOB_JWT: jwt });
      expectAll(run);
      expectSilent(run, secrets());
    },
  );

  it("the server's own log has none of it", () => {
    expect(secrets().some((secret) => server().log().includes(secret))).toBe(false);
  });
});
