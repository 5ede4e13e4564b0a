import { readdirSync, readFileSync } from "node:fs";

export interface ProcessWatch {
  /** Ends the watch and returns the distinct command lines that it saw. May be called twice. */
  readonly stop: () => readonly string[];
}

/**
 * Reads the command line of every process every few milliseconds, as any user of the machine could with
 * `ps -eo args`. A process that lives shorter than that may be missed: for a proof about one tool, use
 * `isolatedPath` with `record`, which misses none.
 */
export function watchProcesses(everyMs = 2): ProcessWatch {
  const seen = new Set<string>();
  look(seen);
  const timer = setInterval(() => look(seen), everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

/** The command lines of all processes right now, by process id. */
export function processes(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trimEnd();
      // Kernel threads and processes that ended but were not waited for have none.
      if (line !== "") found.set(Number(name), line);
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return found;
}

function look(seen: Set<string>): void {
  for (const line of processes().values()) seen.add(line);
}
