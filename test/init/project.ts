import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect } from "vitest";
import { parse } from "yaml";

import { cli } from "../e2e/generate.ts";
import { git } from "../support/gitlab/project.ts";
import { tempDir } from "../support/temp.ts";

/** A git repository named `shop` on branch `main`, with files of the user's own and perhaps a remote. */
export async function repository(
  files: Readonly<Record<string, string>> = {},
  options: { readonly remote?: string; readonly branch?: string } = {},
): Promise<string> {
  const dir = join(tempDir("init"), "shop");
  mkdirSync(dir);
  await git(dir, ["init", "--quiet", `--initial-branch=${options.branch ?? "main"}`]);
  await git(dir, ["config", "user.name", "Alice Example"]);
  await git(dir, ["config", "user.email", "alice@example.com"]);
  if (options.remote !== undefined) await git(dir, ["remote", "add", "origin", options.remote]);
  writeAll(dir, files);
  if (Object.keys(files).length > 0) await commit(dir);
  return dir;
}

export function writeAll(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

export async function commit(dir: string): Promise<void> {
  await git(dir, ["add", "--all"]);
  await git(dir, ["commit", "--quiet", "--allow-empty", "--message=next"]);
}

/** Every file but Git's own, with its text and when it was written. */
export function snapshot(dir: string): Readonly<Record<string, string>> {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter(
    (path) => !/^\.git(?:\/|$)/.test(path) && statSync(join(dir, path)).isFile(),
  );
  return Object.fromEntries(
    files.toSorted().map((path) => [path, `${statSync(join(dir, path)).mtimeMs} ${read(dir, path)}`]),
  );
}

export const read = (dir: string, path: string): string => readFileSync(join(dir, path), "utf8");
export const has = (dir: string, path: string): boolean => existsSync(join(dir, path));

/** What `ci-vault-gen init | git apply` does with the patch. Throws with git's words when it does not fit. */
export function applyPatch(dir: string, patch: string): void {
  execFileSync("git", ["apply"], { cwd: dir, input: patch, stdio: ["pipe", "pipe", "pipe"] });
}

/** The manifest that a command line gives, as data. */
export async function manifestOf(dir: string, ...words: readonly string[]): Promise<any> {
  const result = await cli(dir, "init", ...words);
  expect(result.code, result.stderr).toBe(0);
  return parse(read(dir, "ci-vault.yml"));
}
