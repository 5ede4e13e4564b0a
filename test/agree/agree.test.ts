import { expect, it } from "vitest";

import { createMachine } from "../../src/host/node-machine.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { draw } from "./draw.ts";
import { compareLogins } from "./logins.ts";
import { comparePresence } from "./presence.ts";

/** A small part of what `npm run agree` does with 10,000 pairs. */
const SEED = 7;

describeWithServer("the rules and a real server", (server) => {
  it("agree on 600 logins", async () => {
    const machine = createMachine(process.env);
    const { pairs, allowed, disagreements } = await compareLogins(server(), machine, draw(600, 10, SEED));
    machine.close();
    expect(disagreements).toEqual([]);
    expect(pairs).toBe(600);
    // Neither all yes nor all no.
    expect(allowed).toBeGreaterThan(100);
    expect(allowed).toBeLessThan(500);
  });
});

it("the rules and gitlab-ci-local agree on the presence of jobs", async () => {
  const { pairs, allowed, disagreements } = await comparePresence(3, 30, SEED);
  expect(disagreements).toEqual([]);
  expect(pairs).toBeGreaterThan(60);
  expect(allowed).toBeGreaterThan(5);
});
