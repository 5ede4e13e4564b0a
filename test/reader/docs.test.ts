import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { errors, json, kv2, startFake, type Reply } from "./fake.ts";
import { runJob, type Job } from "./job.ts";

const page = readFileSync(new URL("../../docs/reader.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/<!-- example: (\w+) -->\n```text\n([^]*?)```/g)].map(
  ([, name = "", text = ""]) => ({
    name,
    text,
  }),
);

const path = "secret/data/myproject/staging/db";
const login = "auth/jwt/login";
const both = [`ci_vault_read kv2 ${path} DB_USER=user DB_PASSWORD=password`];
const password = [`ci_vault_read kv2 ${path} DB_PASSWORD=password`];
type Scene = Partial<Job> & { readonly routes?: Readonly<Record<string, Reply>> };

const scenes: Readonly<Record<string, Scene>> = {
  good: { reads: both, routes: { [path]: kv2({ user: "u", password: "p" }) } },
  forbidden: { reads: both, routes: { [path]: errors(403, "1 error occurred:\n\t* permission denied\n\n") } },
  field: { routes: { [path]: kv2({ passwd: "p" }) } },
  deleted: {
    routes: { [path]: json({ data: { data: null, metadata: { version: 3, destroyed: false } } }, 404) },
  },
  ref: {
    routes: {
      [login]: errors(
        400,
        'error validating claims: claim "ref" does not match any associated bound claim values',
      ),
    },
  },
  sealed: { routes: { [login]: errors(503, "Vault is sealed") } },
  jwt: { env: { CI_JOB_JWT: "" } },
  client: { before: ['rm "$PATH/curl"'] },
  trace: { env: { CI_DEBUG_TRACE: "true" } },
};

describe("docs/reader.md", () => {
  it("has an example for each scene", () => {
    expect(examples.map(({ name }) => name)).toEqual(Object.keys(scenes));
  });

  it.each(examples)("says what a job says: $name", async ({ name, text }) => {
    const { routes, ...job } = scenes[name] ?? {};
    const vault = await startFake(routes);
    const run = await runJob(vault.addr, { reads: password, role: "staging", ...job });
    await vault.stop();
    const said = run.stderr.replaceAll(vault.addr, "https://vault.example.com");
    expect(said.replace(/ in [12]\.?\d* s$/gm, (wait) => ` in ${wait[4]}.37 s`)).toBe(text);
    expect(run.code).toBe(name === "good" ? 0 : 1);
  });
});
