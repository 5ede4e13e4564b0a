import { type Host, isHostError } from "../host/index.ts";
import { VERSION } from "./version.ts";

/** Runs one command line and gives the exit code. Nothing is loaded that the command does not need. */
export async function run(words: readonly string[], host: Host): Promise<number> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
    host.out(`${VERSION}\n`);
    return 0;
  }
  try {
    const { start } = await import("./start.ts");
    return await start(words, host);
  } catch (error) {
    if (isHostError(error)) {
      host.err(`ci-vault-gen: ${error.message}\n`);
      return 3;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.err(`ci-vault-gen ${VERSION} has a bug; please report it with these lines:\n${stack}\n`);
    return 3;
  }
}
