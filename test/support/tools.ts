import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Absolute path of a command on the PATH, or undefined. An absolute path stands for itself. */
export function onPath(name: string, path = process.env["PATH"] ?? ""): string | undefined {
  if (isAbsolute(name)) return isExecutable(name) ? name : undefined;
  for (const dir of path.split(delimiter)) {
    if (dir !== "" && isExecutable(join(dir, name))) return join(dir, name);
  }
  return undefined;
}

/** Those of the names that are not on the PATH: a test that needs them skips, and says which. */
export function missingTools(...names: readonly string[]): readonly string[] {
  return names.filter((name) => onPath(name) === undefined);
}

/** Whether this is a file that we may run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * True where a missing tool must fail the tests instead of skipping them: a pipeline that skips the proof on
 * a real server would be green for nothing. GitLab CI and most others set `CI=true`.
 */
export function mustHaveTools(env: NodeJS.ProcessEnv = process.env): boolean {
  return env["CI"] === "true" || env["CI"] === "1";
}
