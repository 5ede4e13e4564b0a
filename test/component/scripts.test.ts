import { spawnSync } from "node:child_process";

import { describe, expect, it } from "vitest";

import { missingTools, mustHaveTools } from "../support/tools.ts";
import { COMPONENTS, GOOD, templateOf } from "./catalog.ts";
import { interpolate } from "./interpolate.ts";

const missing = missingTools("shellcheck").length > 0;
if (missing) process.stderr.write("skipped: ShellCheck is not on the PATH (Debian package shellcheck)\n");

describe.skipIf(missing && !mustHaveTools())("ShellCheck, as POSIX sh, finds nothing", () => {
  it.each(COMPONENTS)("in the script of %s", (name) => {
    const [job] = Object.values(interpolate(templateOf(name), GOOD[name])) as {
      before_script?: readonly string[];
      script?: readonly string[];
    }[];
    const text = [...(job?.before_script ?? []), ...(job?.script ?? [])].join("\n");
    // Inputs are literals after the interpolation: what compares or expands them looks constant.
    const run = spawnSync(
      "shellcheck",
      ["-s", "sh", "-S", "style", "-f", "gcc", "-e", "SC2194,SC2050", "-"],
      {
        input: text,
        encoding: "utf8",
      },
    );
    expect(run.error).toBeUndefined();
    expect(run.stdout, name).toBe("");
  });
});
