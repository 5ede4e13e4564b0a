import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { idTokenClaims } from "../support/gitlab/claims.ts";
import { branch, project } from "../support/gitlab/context.ts";
import { startIssuer, type Issuer } from "../support/gitlab/issuer.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { addressed, example, generated } from "./generate.ts";
import { login, runSetup } from "./vault.ts";

const ROLE = "mygroup--myproject--staging";
const main = branch("main", {
  project: project(22, "mygroup/myproject"),
  defaultBranch: "main",
  protected: true,
});

describeWithServer("the target openbao while GitLab is down", (server) => {
  let issuer: Issuer;
  let gitlab: string;
  let dir: string;
  beforeAll(async () => {
    issuer = await startIssuer();
    // An address that nobody answers at, until GitLab comes up there.
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    gitlab = `http://127.0.0.1:${(probe.address() as AddressInfo).port}`;
    await new Promise((resolve) => void probe.close(resolve));
    const manifest = `${addressed(example("myproject"), gitlab, server().addr)}outputs: { targets: [gitlab, vault, openbao] }\n`;
    dir = await generated(manifest);
  });
  afterAll(() => issuer.stop());

  const mint = () => issuer.mint(idTokenClaims({ ...main, issuer: gitlab, audience: server().addr }));

  it("the script of the target vault fails: that server asks GitLab for its keys first", async () => {
    const run = await runSetup(dir, server(), "curl");
    expect(run.code).not.toBe(0);
    expect(run.output).toContain("error checking jwks URL");
    await server().api("DELETE", "sys/auth/jwt");
  });

  describe.each(["bao", "curl"] as const)("with only %s", (client) => {
    it("its own script sets everything up; nobody can log in before GitLab is back, and then the job can", async () => {
      const run = await runSetup(dir, server(), client, { target: "openbao" });
      expect(run.code, run.output).toBe(0);
      const early = await login(server(), ROLE, mint());
      expect(early.status).toBe(400);
      expect(early.json.auth ?? null).toBeNull();

      const { port } = new URL(gitlab);
      const keys = await (await fetch(issuer.jwksUrl)).text();
      const back = createServer((_, response) => response.end(keys)).listen(Number(port), "127.0.0.1");
      await once(back, "listening");
      try {
        const answer = await login(server(), ROLE, mint());
        expect(answer.status, answer.text).toBe(200);
        expect(answer.json.auth.token_policies).toEqual([ROLE]);
        const stranger = issuer.mint(idTokenClaims({ ...main, issuer: gitlab, audience: server().addr }), {
          key: "wrong",
        });
        expect((await login(server(), ROLE, stranger)).status).toBe(400);
      } finally {
        back.closeAllConnections();
        await new Promise((resolve) => void back.close(resolve));
        await server().api("DELETE", "sys/auth/jwt");
      }
    });
  });
});
