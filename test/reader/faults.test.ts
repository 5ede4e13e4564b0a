import { describe, expect, it } from "vitest";

import { canary, errors, json, kv2, startFake, type Reply } from "./fake.ts";
import { clients, runJob, save, shortened, type Client } from "./job.ts";

const path = "secret/data/a";
const login = "auth/jwt/login";
const revoke = "auth/token/revoke-self";
const good = kv2({ v: canary.value, null: null, empty: "" });
const sealed = errors(503, "Vault is sealed");
const limited: Reply = { ...errors(429, "rate limit quota exceeded"), headers: { "Retry-After": "9" } };
const broken = (status: number): Reply => ({
  status,
  headers: { "Content-Type": "text/html" },
  body: "<p>no",
});

interface Fault {
  readonly name: string;
  readonly routes: Readonly<Record<string, Reply | readonly Reply[]>>;
  readonly field?: string;
  /** What the job says, and how often it waits for another try; without a message it goes on. */
  readonly says?: RegExp;
  readonly waits: readonly number[];
  /** Where clients differ. */
  readonly but?: Readonly<Partial<Record<Client, Partial<Pick<Fault, "says" | "waits">>>>>;
}

const cutShort = { says: /HTTP 200 with a body that is not JSON\n {4}The answer was cut short/, waits: [] };

const faults: readonly Fault[] = [
  { name: "500 once", routes: { [path]: [errors(500, "x"), good] }, waits: [1] },
  { name: "502 once, as HTML of a proxy", routes: { [path]: [broken(502), good] }, waits: [1] },
  { name: "503 once, at login", routes: { [login]: [sealed, json(token())] }, waits: [1] },
  { name: "429 once, with Retry-After", routes: { [path]: [limited, good] }, waits: [9] },
  { name: "412 once", routes: { [path]: [errors(412), good] }, waits: [1] },
  {
    name: "500 for ever",
    routes: { [path]: errors(500, "boom") },
    says: /HTTP 500 boom\n {4}Vault itself/,
    waits: [1, 2],
  },
  {
    name: "502 for ever",
    routes: { [path]: broken(502) },
    says: /HTTP 502 with an HTML page\n/,
    waits: [1, 2],
  },
  {
    name: "sealed",
    routes: { [login]: sealed },
    says: /login as role.*HTTP 503 Vault is sealed\n {4}Vault is sealed/,
    waits: [1, 2],
  },
  {
    name: "429 for ever",
    routes: { [path]: limited },
    says: /HTTP 429 rate limit.*\n {4}Vault limits/,
    waits: [9, 9],
  },
  { name: "a standby (429)", routes: { [login]: errors(429) }, says: /HTTP 429\n/, waits: [1, 2] },
  {
    name: "a standby (473)",
    routes: { [login]: errors(473) },
    says: /HTTP 473\n {4}.* is a standby/,
    waits: [],
  },
  { name: "501", routes: { [login]: errors(501, "not initialized") }, says: /HTTP 501 not init/, waits: [] },
  {
    name: "no answer in time",
    routes: { [path]: { stall: true } },
    says: /no answer \(.*\n {4}No answer within/,
    waits: [1, 2],
  },
  {
    name: "half an answer in time",
    routes: { [path]: { stall: true, body: `{"data":{"data":{"v":"${canary.value}` } },
    says: /no answer \(.*\n {4}No answer within/,
    waits: [1, 2],
  },
  {
    name: "cut before the answer",
    routes: { [path]: { cut: true } },
    says: /no answer \(.*\n {4}The connection/,
    waits: [1, 2],
  },
  {
    name: "cut amid the answer",
    routes: { [path]: { cut: true, body: `{"data":{"data":{"v":"${canary.value}` } },
    says: /no answer \(.*\n {4}The connection was cut/,
    waits: [1, 2],
    but: { socket: cutShort },
  },
  {
    name: "truncated JSON",
    routes: { [path]: { body: `{"data":{"data":{"v":"${canary.value}"` } },
    ...cutShort,
  },
  {
    name: "HTML",
    routes: { [path]: { body: `<p>${canary.value}` } },
    says: /HTTP 200 with an HTML page/,
    waits: [],
  },
  {
    name: "403",
    routes: { [path]: errors(403, "permission denied") },
    says: /HTTP 403 permission denied\n/,
    waits: [],
  },
  {
    name: "401",
    routes: { [path]: errors(401, "who are you") },
    says: /HTTP 401 who are you\n/,
    waits: [],
    // GNU wget keeps the body of this one status to itself.
    but: { wget: { says: /HTTP 401 with a body/ } },
  },
  {
    name: "a missing path",
    routes: { [path]: errors(404) },
    says: /HTTP 404\n {4}Nothing is stored/,
    waits: [],
  },
  {
    name: "a deleted version",
    routes: { [path]: json({ data: { data: null, metadata: { version: 3, destroyed: false } } }, 404) },
    says: /HTTP 404 version 3 is deleted\n/,
    waits: [],
  },
  {
    name: "a missing field",
    routes: { [path]: good },
    field: "none",
    says: /without field "none"/,
    waits: [],
  },
  { name: "a null field", routes: { [path]: good }, field: "null", says: /without field "null"/, waits: [] },
  { name: "an empty value", routes: { [path]: good }, field: "empty", waits: [] },
  { name: "no content", routes: { [path]: { status: 204 } }, says: /HTTP 204 without data/, waits: [] },
  {
    name: "a login without a token",
    routes: { [login]: json({ auth: {} }) },
    says: /HTTP 200 without a token/,
    waits: [],
  },
  {
    name: "a login that redirects",
    routes: { [login]: away() },
    says: /HTTP 307 redirect to http:\/\/127.0.0.2/,
    waits: [],
  },
  {
    name: "a read that redirects",
    routes: { [path]: away() },
    says: /HTTP 307 redirect to http:\/\/127.0.0.2/,
    waits: [],
  },
  { name: "a revocation that fails", routes: { [path]: good, [revoke]: errors(500) }, waits: [] },
];

describe.concurrent.each(clients)("by %s", (client) => {
  it.each(faults)("$name", async ({ routes, field = "v", ...fault }) => {
    const { says, waits } = { ...fault, ...fault.but?.[client] };
    const vault = await startFake({ [path]: good, ...routes });
    const start = performance.now();
    const reads = [`_ci_vault_seconds=${shortened}`, `ci_vault_read kv2 ${path} V=${field}`];
    const run = await runJob(vault.addr, { client, reads, after: [save("V")] });
    const ms = performance.now() - start;
    await vault.stop();
    expect(run.code, run.output).toBe(says === undefined ? 0 : 1);
    if (says !== undefined) expect(run.stderr).toMatch(says);
    expect(run.slept().map(Math.floor), run.output).toEqual(waits);
    // Three tries of half a second are the longest; the rest is a busy machine.
    expect(ms).toBeLessThan(15_000);
    for (const secret of Object.values(canary)) expect(run.output).not.toContain(secret);
    // Whatever happened, no token that was given out is left alive: the last word is its revocation.
    if (vault.seen.some((seen) => "x-vault-token" in seen.headers))
      expect(vault.calls().at(-1)).toMatch(/revoke-self$/);
  });
});

function token(): unknown {
  return { auth: { client_token: canary.token } };
}

function away(): Reply {
  return { status: 307, headers: { Location: "http://127.0.0.2:1/v1/x" }, body: "moved" };
}
