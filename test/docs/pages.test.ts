import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { writeAll } from "../init/project.ts";
import { buildCopy } from "../support/built.ts";
import { exec, minimalEnvironment } from "../support/exec.ts";
import { git } from "../support/gitlab/project.ts";
import { tempDir } from "../support/temp.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
let bin: string;

beforeAll(async () => {
  const main = await buildCopy();
  bin = tempDir("bin");
  writeFileSync(join(bin, "ci-vault-gen"), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(join(bin, "ci-vault-gen"), 0o755);
});

/** A project of somebody's own, beside the one that a page begins. */
const OLD = {
  ".gitlab-ci.yml": "# build and ship\nstages: [build]\n\nbuild:\n  stage: build\n  script: [make]\n",
  ".gitattributes": "*.png binary\n",
};

/**
 * A page with what each of its commands really prints. They run in turn, each in the shell of a block, in a folder named
 * `shop` that is empty at first.
 */
async function rendered(page: string): Promise<string> {
  const home = tempDir("page");
  const cwd = join(home, "shop");
  mkdirSync(cwd);
  writeAll(join(home, "old"), OLD);
  await git(join(home, "old"), ["init", "--quiet", "--initial-branch=main"]);
  const env = minimalEnvironment({
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
  });
  const parts = page.split(/^(```console\n[^]*?^```$)/m);
  for (const [index, part] of parts.entries()) {
    if (!part.startsWith("```console\n")) continue;
    const lines: string[] = [];
    for (const [, command = ""] of part.matchAll(/^\$ (.+)$/gm)) {
      const { output } = await exec("sh", ["-c", command], { cwd, env });
      lines.push(`$ ${command}\n${output}`);
    }
    parts[index] = `\`\`\`console\n${lines.join("")}\`\`\``;
  }
  return parts.join("");
}

test.each(["init.md", "editors.md"])("docs/%s shows what its commands print", async (name) => {
  const path = join(docs, name);
  await expect(await rendered(readFileSync(path, "utf8"))).toMatchFileSnapshot(path);
});
