import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

const root = join(import.meta.dirname, "..", "..");

/** Files that commands in the documentation may name: the examples' manifests, and blocks marked `file=NAME`. */
function filesFor(page: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(join(root, "examples"))) {
    const path = `examples/${name}/manifest.yml`;
    files[`/repo/${path}`] = readFileSync(join(root, path), "utf8");
  }
  for (const [, name = "", text = ""] of page.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm))
    files[`/repo/${name}`] = text;
  return files;
}

/** The words of a command line, with single quotes as a shell has them. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** A page with what each `$ ci-vault-gen …` really prints below it: stdout, then what is told on stderr. */
async function rendered(page: string): Promise<string> {
  const parts = page.split(/^(```console\n[^]*?^```$)/m);
  for (const [index, part] of parts.entries()) {
    const command = /^```console\n\$ ci-vault-gen (.*)$/m.exec(part)?.[1];
    if (command === undefined) continue;
    const host = createMemoryHost(filesFor(page));
    await run(wordsOf(command), host);
    parts[index] = `\`\`\`console\n$ ci-vault-gen ${command}\n${host.stdout()}${host.stderr()}\`\`\``;
  }
  return parts.join("");
}

test.each(["matrix.md", "explain.md"])("docs/%s shows what the commands print", async (name) => {
  const path = join(root, "docs", name);
  await expect(await rendered(readFileSync(path, "utf8"))).toMatchFileSnapshot(path);
});
