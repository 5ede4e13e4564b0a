import { describe, expect, it } from "vitest";

import { isolatedPath } from "./paths.ts";
import { runScript, shells } from "./shells.ts";
import { missingTools } from "./tools.ts";

describe.each(shells())("$name", (shell) => {
  it("stops at the first failure with its status, as in a job", async () => {
    const run = await runScript(shell, ["echo 'it''s on'", "(exit 7)", "echo never"]);
    expect(run.code, run.output).toBe(7);
    expect(run.stdout).toBe("$ echo 'it''s on'\nits on\n$ (exit 7)\n");
  });

  it("keeps variables from one item to the next, and has no stdin", async () => {
    const run = await runScript(shell, ["x=1", 'cat\necho "[$x$FROM]"'], { env: { FROM: "outside" } });
    expect(run.code, run.output).toBe(0);
    expect(run.stdout).toContain("[1outside]\n");
    expect(run.stdout).toContain("$ cat # collapsed multi-line command\n");
  });

  it("traces on request", async () => {
    const run = await runScript(shell, 'x=canary; : "$x"', { trace: true });
    expect(run.stderr).toContain(": canary");
  });

  it("shows the arguments of what it starts, but not the script's text", async () => {
    const run = await runScript(shell, "sleep 0.1234; secret=canary; sleep 0.05", { watch: true });
    expect(run.seen.filter((line) => line === "sleep 0.1234")).toHaveLength(1);
    expect(run.seen.filter((line) => line.includes("canary"))).toEqual([]);
  });

  it.skipIf(missingTools("mawk").length > 0)("finds only the named tools on an isolated path", async () => {
    const { path } = isolatedPath(["awk=mawk", "cat"]);
    const run = await runScript(shell, ["awk 'BEGIN { print 6 * 7 }'", "curl --version"], {
      env: { PATH: path },
    });
    expect(run.stdout).toContain("\n42\n");
    expect(run.code).toBe(127);
  });

  it("records every call on a recording path", async () => {
    const tools = isolatedPath(["cat", "printf-like=echo", ...busybox("wc")], { record: true });
    const run = await runScript(shell, ["printf-like '' 'a\nb' é | cat -", ...busybox("wc -c </dev/null")], {
      env: { PATH: tools.path },
    });
    expect(run.code, run.output).toBe(0);
    const calls = tools.calls().toSorted();
    expect(calls).toContainEqual(["printf-like", "", "a\nb", "é"]);
    expect(calls).toContainEqual(["cat", "-"]);
  });
});

function busybox(tool: string): readonly string[] {
  if (missingTools("busybox").length > 0) return [];
  return [tool.includes(" ") ? tool : `${tool}=busybox`];
}
