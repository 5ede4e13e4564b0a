import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..");

/** Files that commands in the documentation may name: the examples' manifests, and blocks marked `file=NAME`. */
export function filesFor(page: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(join(root, "examples"))) {
    const path = `examples/${name}/manifest.yml`;
    files[path] = readFileSync(join(root, path), "utf8");
  }
  for (const [, name = "", text = ""] of page.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm))
    files[name] = text;
  return files;
}

/** The words of a command line, with single quotes as a shell has them. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** A page with what each `$ ci-vault-gen …` really prints below it: stdout, then what is told on stderr. */
export async function rendered(
  page: string,
  ask: (words: readonly string[]) => Promise<{ readonly out: string; readonly err: string }>,
): Promise<string> {
  const parts = page.split(/^(```console\n[^]*?^```$)/m);
  for (const [index, part] of parts.entries()) {
    const command = /^```console\n\$ ci-vault-gen (.*)$/m.exec(part)?.[1];
    if (command === undefined) continue;
    const { out, err } = await ask(wordsOf(command));
    parts[index] = `\`\`\`console\n$ ci-vault-gen ${command}\n${out}${err}\`\`\``;
  }
  return parts.join("");
}
