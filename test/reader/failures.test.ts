import { describe, expect, it } from "vitest";

import { canary, errors, json, kv2, startFake, type Reply } from "./fake.ts";
import { failing, one, path, started } from "./failing.ts";
import { runJob } from "./job.ts";

const secretsGone: Reply = json(
  { data: { data: null, metadata: { version: 3, destroyed: false, deletion_time: "2024-01-01T00:00:00Z" } } },
  404,
);

describe("a read that fails ends the job and says why", () => {
  const table: readonly (readonly [string, Reply, string, RegExp])[] = [
    [
      "403",
      errors(403, "1 error occurred:\n\t* permission denied\n\n"),
      "HTTP 403 permission denied",
      /policy of role the-role/,
    ],
    ["404", errors(404), "HTTP 404", /Nothing is stored/],
    ["deleted version", secretsGone, "HTTP 404 version 3 is deleted", /undelete/],
    [
      "destroyed version",
      json({ data: { data: null, metadata: { version: 3, destroyed: true } } }, 404),
      "HTTP 404 version 3 is destroyed",
      /new version/,
    ],
    [
      "KV v1 path on a v2 mount",
      json({ errors: [], warnings: ["Invalid path for a versioned K/V secrets engine."] }, 404),
      "HTTP 404",
      /Invalid path for a versioned/,
    ],
    [
      "400",
      errors(400, "bad\u001b[31m request\r\nsecond line"),
      "HTTP 400 bad [31m request second line",
      /^/,
    ],
    ["long error", errors(400, "x".repeat(2_000)), `HTTP 400 ${"x".repeat(300)}...`, /^/],
    ["missing field", kv2({ user: canary.value }), 'HTTP 200 without field "password"', /field/],
    ["null field", kv2({ password: null, user: canary.value }), 'HTTP 200 without field "password"', /null/],
    ["no data", json({ data: { data: null } }), "HTTP 200", /no data/],
    ["204", { status: 204 }, "HTTP 204 without data", /nothing/],
    ["HTML", { body: `<html>${canary.value}\\"</html>` }, "HTTP 200 with an HTML page", /proxy/],
    ["HTML with 404", { status: 404, body: "\n<!DOCTYPE html>" }, "HTTP 404 with an HTML page", /proxy/],
    ["text", { body: canary.value }, "HTTP 200 with a body that is not JSON", /cut short/],
    [
      "truncated JSON",
      { body: `{"data":{"data":{"password":"${canary.value}` },
      "HTTP 200 with a body that is not JSON",
      /cut short/,
    ],
    ["empty body", {}, "HTTP 200 with a body that is not JSON", /cut short/],
    [
      "redirect",
      { status: 307, headers: { Location: "http://127.0.0.2:1/v1/x" } },
      "HTTP 307 redirect to http://127.0.0.2:1/v1/x",
      /not followed/,
    ],
    ["405", errors(405), "HTTP 405", /engine/],
    ["501", errors(501, "Vault is not initialized"), "HTTP 501 Vault is not initialized", /^/],
  ];
  it.each(table)("%s", async (_, reply, first, hint) => {
    const { stderr, vault, slept } = await failing({ [path]: reply });
    const [line, ...hints] = stderr.trimEnd().split("\n");
    expect(line).toBe(`secret DB_PASSWORD: ${path}: ${first}`);
    expect(hints.join("\n")).toMatch(hint);
    expect(hints.every((text) => text.startsWith("    "))).toBe(true);
    // No retry, and the token is gone.
    expect(slept()).toEqual([]);
    expect(vault.calls()).toEqual(["POST auth/jwt/login", `GET ${path}`, "POST auth/token/revoke-self"]);
  });

  it("names each secret of a path, once with what to do", async () => {
    const reads = [`ci_vault_read kv2 ${path} A=a B=b`, "ci_vault_read kv1 kv/x C=c D:optional=d"];
    const { stderr } = await failing(
      { [path]: errors(403, "permission denied"), "kv/x": errors(403) },
      { reads },
    );
    expect(stderr.split("\n").filter((line) => line.startsWith("secret "))).toEqual([
      `secret A: ${path}: HTTP 403 permission denied`,
      `secret B: ${path}: HTTP 403 permission denied`,
      "secret C: kv/x: HTTP 403",
      "secret D: kv/x: HTTP 403",
    ]);
  });

  it("stops the job without errexit, too", async () => {
    const { stderr } = await failing({ [path]: errors(403) }, { before: ["set +e"] });
    expect(stderr).toContain("HTTP 403");
  });

  it("refuses a value that no variable can hold, and says what to do", async () => {
    const { stderr } = await failing({
      [path]: kv2({ password: "x".repeat(131_072 - "DB_PASSWORD=".length) }),
    });
    expect(stderr).toMatch(/^secret DB_PASSWORD: .*longer than 128 KiB.*as a file/);
  });

  it("takes the longest value that a process can be started with", async () => {
    const vault = await startFake({ [path]: kv2({ password: "x".repeat(131_071 - "DB_PASSWORD=".length) }) });
    started.push(vault);
    const run = await runJob(vault.addr, { reads: one, after: ["env | wc -c"] });
    expect(run.code, run.output).toBe(0);
  });

  it.each(["PATH", "LD_PRELOAD", "BASH_ENV", "IFS", "_ci_vault_token", "1A", "A-B", "A;B"])(
    "refuses to set %s",
    async (name) => {
      const { stderr } = await failing(
        { [path]: kv2({ password: canary.value }) },
        { reads: [`ci_vault_read kv2 ${path} '${name}=password'`] },
      );
      expect(stderr).toMatch(/not allowed as the name of a variable/);
    },
  );

  it("refuses two fields that would become one variable", async () => {
    const { stderr } = await failing(
      { [path]: kv2({ "a-b": canary.value, a_b: "x" }) },
      { reads: [`ci_vault_read kv2 ${path} X_:all`] },
    );
    expect(stderr).toMatch(/^secret X_A_B: .*two fields/);
  });
});
