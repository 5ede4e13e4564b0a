import { spawn } from "node:child_process";
import { once } from "node:events";
import { createConnection } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

import { idTokenClaims, legacyClaims, type Claims } from "../gitlab/claims.ts";
import { branch, mergeRequest, project, tag } from "../gitlab/context.ts";
import { startIssuer, type Issuer, type MintOptions } from "../gitlab/issuer.ts";
import { processes } from "../processes.ts";
import { tempDir } from "../temp.ts";
import { expectSuccess } from "./api.ts";
import { describeWithServer } from "./describe.ts";
import { enableKv, putV1, putV2 } from "./kv.ts";
import { startServer } from "./server.ts";

describeWithServer("a real server", (server) => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    const { api } = server();
    expectSuccess(await api("POST", "sys/auth/jwt", { type: "jwt" }), "enable");
    expectSuccess(await api("POST", "sys/auth/legacy", { type: "jwt" }), "enable");
    const config = { jwks_url: issuer.jwksUrl, jwt_supported_algs: ["RS256"] };
    const https = { ...config, bound_issuer: "https://gitlab.example.com" };
    expectSuccess(await api("POST", "auth/jwt/config", https), "config");
    expectSuccess(
      await api("POST", "auth/legacy/config", { ...config, bound_issuer: "gitlab.example.com" }),
      "config",
    );
    const role = {
      role_type: "jwt",
      user_claim: "project_id",
      bound_claims: { project_id: "22", ref: "main", ref_type: "branch", ref_protected: "true" },
      token_policies: ["reads-staging"],
    };
    const audience = { bound_audiences: ["http://vault.example.com:8200"] };
    expectSuccess(await api("POST", "auth/jwt/role/staging", { ...role, ...audience }), "role");
    expectSuccess(await api("POST", "auth/legacy/role/staging", role), "role");
    const policy = 'path "secret/data/myproject/staging/db" { capabilities = ["read"] }';
    expectSuccess(await api("PUT", "sys/policies/acl/reads-staging", { policy }), "policy");
    await putV2(api, "secret", "myproject/staging/db", { password: "pa$$w0rd" });
  });
  afterAll(() => issuer.stop());

  function login(claims: Claims, options?: MintOptions, mount = "jwt") {
    const body = { role: "staging", jwt: issuer.mint(claims, options) };
    return server().api("POST", `auth/${mount}/login`, body, { token: null });
  }

  it("lets a job in that the role means, and its token reads its path and nothing else", async () => {
    const answer = await login(idTokenClaims(branch("main")));
    expect(answer.status, answer.text).toBe(200);
    const token: string = answer.json.auth.client_token;
    const { api } = server();
    const read = await api("GET", "secret/data/myproject/staging/db", undefined, { token });
    expect(read.json.data.data).toEqual({ password: "pa$$w0rd" });
    expect((await api("GET", "secret/data/other", undefined, { token })).status).toBe(403);
    const write = await api("POST", "secret/data/myproject/staging/db", { data: {} }, { token });
    expect(write.status).toBe(403);
  });

  it("lets a job with a predefined token in, whose issuer is a bare host", async () => {
    const answer = await login(legacyClaims(branch("main")), {}, "legacy");
    expect(answer.status, answer.text).toBe(200);
  });

  const main = branch("main");
  const fork = { target: "main", fromFork: project(99, "mallory/myproject", 98) };
  type Refused = {
    readonly name: string;
    readonly claims: Claims;
    readonly reason: RegExp;
    readonly key?: "right" | "wrong";
  };
  const refused: readonly Refused[] = [
    {
      name: "wrong audience",
      claims: idTokenClaims({ ...main, audience: "http://other" }),
      reason: /\(aud\)/,
    },
    {
      name: "wrong issuer",
      claims: idTokenClaims({ ...main, issuer: "https://evil.example" }),
      reason: /\(iss\)/,
    },
    { name: "expired", claims: idTokenClaims({ ...main, ttl: -600 }), reason: /\(exp\)/ },
    { name: "unknown key", claims: idTokenClaims(main), reason: /signature/, key: "wrong" },
    { name: "other branch", claims: idTokenClaims(branch("feature")), reason: /claims/ },
    {
      name: "tag named as the branch",
      claims: idTokenClaims(tag("main", { protected: true })),
      reason: /claims/,
    },
    {
      name: "other project",
      claims: idTokenClaims({ ...main, project: project(23, "a/b") }),
      reason: /claims/,
    },
    {
      name: "fork",
      claims: idTokenClaims(mergeRequest("main", fork, { protected: true })),
      reason: /claims/,
    },
  ];
  it.each(refused)("refuses with 400: $name", async ({ claims, reason, key = "right" }) => {
    const answer = await login(claims, { key });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(reason);
  });

  it("takes the discovery document as well as the key set", async () => {
    const { api } = server();
    expectSuccess(await api("POST", "sys/auth/discovered", { type: "jwt" }), "enable");
    const config = { oidc_discovery_url: issuer.url, bound_issuer: issuer.url };
    expectSuccess(await api("POST", "auth/discovered/config", config), "config");
  });

  it("mounts both versions of KV, also where the mount has slashes", async () => {
    const { api } = server();
    await enableKv(api, "kv/one", 1);
    await enableKv(api, "kv/two", 2);
    await putV1(api, "kv/one", "a/b", { field: "1" });
    await putV2(api, "kv/two", "a/b", { field: "2" });
    expect((await api("GET", "kv/one/a/b")).json.data).toEqual({ field: "1" });
    expect((await api("GET", "kv/two/data/a/b")).json.data.data).toEqual({ field: "2" });
  });

  it("shows its root token to no one, and is gone after stop()", async () => {
    const second = await startServer();
    expect(second.addr).not.toBe(server().addr);
    expect([...processes().values()].filter((line) => line.includes(second.rootToken))).toEqual([]);
    await second.stop();
    await second.stop();
    expect(processes().has(second.pid)).toBe(false);
    await expect(second.api("GET", "sys/health")).rejects.toThrow();
    expect((await server().api("GET", "sys/health")).status).toBe(200);
  });

  it("does not outlive a test process that is killed", async () => {
    const file = join(tempDir("worker"), "worker.mjs");
    const contents =
      'import { startServer } from "./server.ts"; startServer().then((s) => console.log(s.pid, s.addr));';
    const stdin = { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)) };
    // Bundled, since Node 20 runs no TypeScript.
    await build({ stdin, outfile: file, bundle: true, platform: "node", format: "esm" });
    const worker = spawn(process.execPath, [file], {
      env: { ...process.env, CI_VAULT_GEN_BAO: server().binary },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(worker.stdout, "data")) as [Buffer];
    const [pid = "", addr = ""] = line.toString().trim().split(" ");
    expect(processes().has(Number(pid))).toBe(true);
    worker.kill("SIGKILL");
    await expect.poll(() => processes().has(Number(pid)), { timeout: 5_000 }).toBe(false);
    await expect.poll(() => connected(addr)).toBe(false);
  });
});

function connected(addr: string): Promise<boolean> {
  const { hostname, port } = new URL(addr);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once("connect", () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });
}
