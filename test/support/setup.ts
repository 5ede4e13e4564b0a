import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { rootVariable } from "./temp.ts";

let root: string | undefined;

/**
 * For vitest's `globalSetup`: one folder for everything temporary of a run. The runner ends its workers
 * without their exit handlers, so only the main process can be trusted to clean up.
 */
export function setup(): void {
  root = mkdtempSync(join(tmpdir(), "ci-vault-gen-"));
  process.env[rootVariable] = root;
}

export function teardown(): void {
  if (root !== undefined) rmSync(root, { recursive: true, force: true, maxRetries: 3 });
}
