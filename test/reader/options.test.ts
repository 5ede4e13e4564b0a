import { describe, expect, it } from "vitest";

import { shells } from "../support/shells.ts";
import { canary, errors } from "./fake.ts";
import { save } from "./job.ts";
import { path, run } from "./vault-job.ts";

const leaks = (text: string) => Object.values(canary).filter((secret) => text.includes(secret));

describe.each(shells())("a job whose log shows everything, in $name", (shell) => {
  it.each([
    ["CI_DEBUG_TRACE", "true"],
    ["CI_DEBUG_TRACE", "TRUE"],
    ["CI_DEBUG_TRACE", "1"],
    ["CI_DEBUG_SERVICES", "true"],
  ])("%s=%s: is refused before any request", async (name, value) => {
    const job = await run(shell, { env: { [name]: value }, trace: true });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(
      new RegExp(`^vault: ${name} is on: the log would show secrets.*\n {4}GitLab masks`, "m"),
    );
    expect(job.vault.seen).toEqual([]);
    expect(leaks(job.output)).toEqual([]);
  });

  it("trace=allow: reads, and still shows nothing itself", async () => {
    const options = ["trace=allow"];
    const env = { CI_DEBUG_TRACE: "true" };
    const after = ["{ set +x; } 2>/dev/null", save("V")];
    const job = await run(shell, { env, options, trace: true, after });
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("V"))).toBe("a b\n");
    expect(leaks(job.output)).toEqual([]);
    expect(job.output).not.toContain("a b\n");
  });

  it.each(["false", "", "0"])("CI_DEBUG_TRACE=%s changes nothing", async (value) => {
    const job = await run(shell, { env: { CI_DEBUG_TRACE: value } });
    expect(job.code, job.output).toBe(0);
  });
});

describe("revoke=off, for a token that cannot be revoked", () => {
  const anyShell = shells()[0]!;

  it("sends no such request and says nothing of it", async () => {
    for (const options of [["revoke=off"], ["revoke=off", "lease=job"], ["lease=job", "revoke=off"]]) {
      const job = await run(anyShell, { options });
      expect(job.code, job.output).toBe(0);
      expect(job.vault.calls()).toEqual(["POST auth/jwt/login", `GET ${path}`]);
      expect(job.stderr).toBe("vault: read 3 secrets from 1 paths as role the-role\n");
    }
  });

  it("nor when reading fails", async () => {
    const job = await run(anyShell, { options: ["revoke=off"] }, { [path]: errors(403) });
    expect(job.code).toBe(1);
    expect(job.vault.calls()).toEqual(["POST auth/jwt/login", `GET ${path}`]);
  });
});
