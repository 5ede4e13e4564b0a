import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { compile } from "../../src/app/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { runScript, shells } from "../support/shells.ts";

const manifest = readFileSync(join(import.meta.dirname, "../manifests/ok/native-reader.yml"), "utf8");

interface Job {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<
    Record<string, { readonly vault: object; readonly file: boolean; readonly token: string }>
  >;
  readonly before_script: readonly string[];
}

function jobOf(text: string): Job {
  const { value } = compile(createMemoryHost({ "/repo/manifest.yml": text }), "manifest.yml");
  const fragment = value?.artifacts.find(({ path }) => path.endsWith("environments/production.yml"));
  return parse(fragment?.text ?? "", { logLevel: "silent" })[".vault:production"] as Job;
}

test("the native reader's job says everything in the long form", () => {
  const { variables, secrets } = jobOf(manifest);
  expect(variables).toEqual({
    VAULT_SERVER_URL: "https://vault.example.com:8200",
    VAULT_AUTH_PATH: "jwt",
    VAULT_AUTH_ROLE: "mygroup--myproject--production",
    VAULT_NAMESPACE: "team",
  });
  expect(secrets).toEqual({
    DB_PASSWORD: {
      vault: {
        engine: { name: "kv-v2", path: "secret" },
        path: "myproject/production/db",
        field: "password",
      },
      file: false,
      token: "$CI_JOB_JWT",
    },
    TLS_KEY: {
      vault: { engine: { name: "kv-v1", path: "kv" }, path: "myproject/tls", field: "key" },
      file: true,
      token: "$CI_JOB_JWT",
    },
  });
});

test("a dollar sign in a field is doubled, since the runner expands variables there", () => {
  const { secrets } = jobOf(manifest.replace("db#password", () => "db#pa$$word"));
  expect(secrets["DB_PASSWORD"]?.vault).toMatchObject({ field: "pa$$$$word" });
});

test.each(shells())("in $name, a job whose secret was left out fails and names it", async (shell) => {
  const [guard = ""] = jobOf(manifest).before_script;
  const missing = await runScript(shell, guard, { env: { DB_PASSWORD: "hunter2" } });
  expect(missing.code).not.toBe(0);
  expect(missing.output).toContain("TLS_KEY");
  expect(missing.output).not.toContain("hunter2");
  const there = await runScript(shell, guard, { env: { DB_PASSWORD: "hunter2", TLS_KEY: "/tmp/key" } });
  expect(there.code, there.output).toBe(0);
});
