import { describe, expect, it } from "vitest";

import { exec } from "../support/exec.ts";
import { shells } from "../support/shells.ts";
import { reader, readerFile, save } from "./job.ts";
import { run } from "./vault-job.ts";

describe.each(shells())("in $name it does not matter", (shell) => {
  it.each([
    ["nounset", "set -u"],
    ["no options at all", "set +e"],
    ["noclobber", "set -C"],
    ["noglob", "set -f"],
    ["IFS of a slash", "IFS=/"],
    ["IFS of letters", "IFS=ab_cdefVAULT"],
    ["empty IFS", "IFS="],
    ["unset IFS", "unset IFS"],
    ["another umask", "umask 000"],
    ["a C locale", "export LC_ALL=C"],
    ["an unknown locale", "export LC_ALL=xx_XX.UTF-8 2>/dev/null"],
    ["files named like patterns", "touch 'R kv2' '*' '[a]'"],
    ["functions of the job", 'cat() { command cat "$@"; }; curl() { command curl "$@"; }'],
    [
      "variables named like ours",
      "export _ci_vault_token=x _ci_vault_out=x _ci_vault_dir=/nowhere _ci_vault_leases=x _ci_vault_retry=1",
    ],
    ["a second copy of the reader", reader],
  ])("%s", async (_, before) => {
    const after = [
      "{ set +xv -e; } 2>/dev/null; unset IFS; set +C",
      save("V", "W") + '\ncat "$F" >F; ls -l "$F" >mode',
    ];
    const job = await run(shell, { before: [before], after });
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("V"))).toBe("a b\n");
    expect(String(job.file("W"))).toBe("*");
    expect(String(job.file("F"))).toBe("a b\n");
    expect(String(job.file("mode"))).toMatch(/^-rw-------/);
    expect(job.stderr).toContain("vault: read 3 secrets from 1 paths as role the-role\n");
  });

  it("whether an EXIT trap is set: it still runs, with the job's status, and the files are gone", async () => {
    const job = await run(shell, {
      before: ["trap 'echo \"bye $? it'\\''s over\" >bye; ls \"$F\" >>bye 2>&1 || :' EXIT"],
      after: ["exit 7"],
    });
    expect(job.code, job.output).toBe(7);
    expect(String(job.file("bye"))).toMatch(/^bye 7 it's over\n.*No such file/s);
  });
});

describe("the text", () => {
  it("passes ShellCheck as POSIX sh", async () => {
    const result = await exec("shellcheck", [
      "-s",
      "sh",
      "-o",
      "check-unassigned-uppercase,deprecate-which,avoid-nullary-conditions",
      readerFile,
    ]);
    expect(result.stdout).toBe("");
    expect(result.code).toBe(0);
  });

  it("has nothing that GitLab would interpolate", () => {
    expect(reader).not.toContain("$[[");
  });
});
