import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Names the folder that `setup.ts` made for this run of the tests and removes after it. */
export const rootVariable = "CI_VAULT_GEN_TEST_ROOT";

const made = new Set<string>();

/** A new empty folder with mode 0700 outside the project, removed when the tests end. */
export function tempDir(purpose = "test"): string {
  if (made.size === 0) process.once("exit", removeAll);
  const dir = mkdtempSync(join(process.env[rootVariable] ?? tmpdir(), `ci-vault-gen-${purpose}-`));
  made.add(dir);
  return dir;
}

function removeAll(): void {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
  made.clear();
}
