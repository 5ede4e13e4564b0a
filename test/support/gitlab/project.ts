import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { exec, minimalEnvironment } from "../exec.ts";
import { tempDir } from "../temp.ts";

// An https remote and not an ssh one: for the latter the local runner asks the ssh client, which reads the
// developer's own configuration and which a small image lacks.
const remote = "https://gitlab.example.com/mygroup/myproject.git";

/**
 * Makes a git repository in a temporary folder, on branch `main`, with the files in one commit and a GitLab
 * remote. Keys of `files` are paths from its root. Returns the folder's absolute path.
 */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = tempDir("project");
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const steps: readonly (readonly string[])[] = [
    ["init", "--quiet", "--initial-branch=main"],
    ["config", "user.name", "Alice Example"],
    ["config", "user.email", "alice@example.com"],
    ["add", "--all"],
    ["commit", "--quiet", "--allow-empty", "--message=start"],
    ["remote", "add", "origin", remote],
    // What a clone would have: the local runner reads the default branch from it.
    ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"],
  ];
  for (const step of steps) await git(dir, step);
  return dir;
}

/** Runs git in a folder without the user's or the machine's configuration. Rejects when git fails. */
export async function git(dir: string, args: readonly string[]): Promise<string> {
  const env = minimalEnvironment({ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" });
  const result = await exec("git", args, { cwd: dir, env });
  if (result.code !== 0) throw new Error(`git ${args.join(" ")}: ${result.output}`);
  return result.stdout;
}
