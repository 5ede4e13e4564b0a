import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims, legacyClaims, legacyV2Claims, type Claims } from "../support/gitlab/claims.ts";
import { branch, mergeRequest, project, tag, type Context } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { addressed, example, generated } from "./generate.ts";
import { expectSilent, proof, runGenerated } from "./job.ts";
import { expectRefusedLogin, login, runSetup, type Reason } from "./vault.ts";

const STAGING = "mygroup--myproject--staging";
const PRODUCTION = "mygroup--myproject--production";
const fork = { fromFork: project(99, "mallory/myproject", 98) };
const right = [
  { role: STAGING, job: "read_secrets:staging", where: branch("main") },
  { role: PRODUCTION, job: "read_secrets:production", where: tag("v1.0.0", { protected: true }) },
] as const;
const wrong: readonly (readonly [string, string, Context])[] = [
  ["a feature branch", STAGING, branch("feature")],
  ["a tag named main", STAGING, tag("main", { protected: true })],
  ["another project", STAGING, branch("main", { project: project(23, "mygroup/another") })],
  // These tokens carry the parent's id and the source branch: only the pipeline's source tells them apart.
  ["a fork's merge request from its main", STAGING, mergeRequest("main", fork)],
  ["a merge request from main", STAGING, mergeRequest("main")],
  ["an unprotected tag", PRODUCTION, tag("v1.0.0")],
  ["a protected branch named v1.0.0", PRODUCTION, branch("v1.0.0", { protected: true })],
];

describeWithServer("tokens before id_tokens, on a real server", (server) => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    for (const name of ["staging", "production"])
      await putV2(server().api, "secret", `myproject/${name}/db`, { password: `$$ of ${name}` });
  });
  afterAll(() => issuer.stop());

  type Make = (context: Context) => Claims;
  interface Kind {
    readonly variable: string;
    readonly claims: Make;
    /** Tokens that another GitLab, or another variable of the same one, would bring, and what the server says of them. */
    readonly others: readonly (readonly [string, Make, Reason])[];
  }
  const idToken: Make = (context) => idTokenClaims({ ...context, audience: server().addr });
  const kinds: readonly Kind[] = [
    {
      variable: "CI_JOB_JWT",
      claims: legacyClaims,
      others: [
        ["an id token", idToken, "issuer"],
        ["CI_JOB_JWT_V2", legacyV2Claims, "issuer"],
        [
          "an audience where none is bound",
          (c) => ({ ...legacyClaims(c), aud: server().addr }),
          "unboundAudience",
        ],
        ["another host", (c) => ({ ...legacyClaims(c), iss: "gitlab.evil.example" }), "issuer"],
      ],
    },
    {
      variable: "CI_JOB_JWT_V2",
      claims: legacyV2Claims,
      others: [
        ["an id token for the server", idToken, "audience"],
        ["CI_JOB_JWT", legacyClaims, "issuer"],
        ["no audience", (c) => ({ ...legacyV2Claims(c), aud: undefined }), "audience"],
      ],
    },
  ];

  describe.each(kinds)("$variable", ({ variable, claims, others }) => {
    let dir: string;
    beforeAll(async () => {
      await server().api("DELETE", "sys/auth/jwt");
      const version = variable === "CI_JOB_JWT" ? "" : `\n  auth: { token_variable: ${variable} }`;
      const manifest = addressed(example("myproject"), issuer.url, server().addr)
        .replace(/^gitlab:\n/m, '$&  version: "15.0"\n')
        .replace(/^ {2}url: .*\n(?=environments:)/m, (line) => `${line.trimEnd()}${version}\n`);
      dir = await generated(manifest, { "deploy.sh": proof(["DB_PASSWORD"]) });
      const setup = await runSetup(dir, server(), "curl");
      expect(setup.code, setup.output).toBe(0);
    });
    const mint = (make: Make, where: Context, gitlab = "15.0.0") =>
      issuer.mint(make({ ...where, gitlab, issuer: issuer.url }));

    it.each(right)("logs $job in, in every shell", async ({ job, where }) => {
      for (const shell of shells()) {
        const jwt = mint(claims, where);
        const run = await runGenerated(dir, job, shell, { [variable]: jwt }, { trace: true });
        expect(run.code, `${shell.name}: ${run.output}`).toBe(0);
        expect(run.got("DB_PASSWORD")).toBe(`$$ of ${job.replace("read_secrets:", "")}`);
        expectSilent(run, [jwt, `$$ of`]);
      }
    });

    it.each(wrong)("refuses %s", async (_, role, where) => {
      for (const gitlab of ["12.10.0", "15.0.0"])
        expectRefusedLogin(await login(server(), role, mint(claims, where, gitlab)), "claims");
    });

    it.each(others)("refuses %s in its place", async (_, make, reason) => {
      for (const { role, where } of right)
        expectRefusedLogin(await login(server(), role, mint(make, where, "15.11.0")), reason);
    });

    it("refuses an expired token", async () => {
      for (const { role, where } of right)
        expectRefusedLogin(await login(server(), role, mint(claims, { ...where, ttl: -3600 })), "expired");
    });
  });
});
