import { afterAll, beforeAll, describe, it } from "vitest";

import { mustHaveTools } from "../tools.ts";
import { findServer } from "./binary.ts";
import { startServer, type Server } from "./server.ts";

const found = await findServer();

/**
 * A `describe` whose tests share one real server, started before them and stopped after them. Call
 * `server()` inside tests and hooks, not while the tests are being declared.
 *
 * Without a server the tests are skipped and say why; under CI=true they fail, since a pipeline that skips
 * its proof proves nothing.
 */
export function describeWithServer(name: string, tests: (server: () => Server) => void): void {
  if (!found.found) {
    const why = `no OpenBao to test against: ${found.reason}; ${found.help}`;
    if (mustHaveTools()) {
      describe(name, () => {
        it("has a server", () => {
          throw new Error(why);
        });
      });
      return;
    }
    process.stderr.write(`skipped: ${name}: ${why}\n`);
    describe.skip(`${name} (${why})`, () => tests(() => unavailable(why)));
    return;
  }
  describe(name, () => {
    let server: Server | undefined;
    beforeAll(async () => {
      server = await startServer();
    }, 120_000);
    afterAll(async () => {
      await server?.stop();
    });
    tests(() => server ?? unavailable("the server is there only inside tests and hooks"));
  });
}

function unavailable(why: string): never {
  throw new Error(why);
}
