import { createMachine } from "../../src/host/node-machine.ts";
import { startServer } from "../support/openbao/server.ts";
import { draw } from "./draw.ts";
import { type Agreement, compareLogins } from "./logins.ts";
import { comparePresence } from "./presence.ts";

/** `npm run agree -- [N] [--seed S]`: our reading of the rules against two engines that we did not write. */
const words = process.argv.slice(2);
const at = words.indexOf("--seed");
const seed = at < 0 ? 20_260_824 : Number(words[at + 1]);
const count = Number(words.find((word, index) => /^\d+$/.test(word) && index !== at + 1) ?? 10_000);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count))
  throw new Error("usage: agree [N] [--seed S]");

const machine = createMachine(process.env);
const server = await startServer();
let wrong = 0;

function tell(what: string, { pairs, allowed, disagreements }: Agreement, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const text of disagreements.slice(0, 20)) process.stdout.write(`${text}\n`);
  process.stdout.write(
    `${what}: ${disagreements.length} disagreements in ${pairs} pairs (${allowed} allowed), ${seconds} s\n`,
  );
  wrong += disagreements.length;
}

try {
  let started = performance.now();
  tell("logins on OpenBao", await compareLogins(server, machine, draw(count, 10, seed)), started);
  started = performance.now();
  const contexts = Math.max(4, Math.ceil(Math.min(count, 10_000) / 800));
  tell("jobs in gitlab-ci-local", await comparePresence(contexts, 40, seed), started);
} finally {
  await server.stop();
  machine.close();
}
process.stdout.write(`seed ${seed}\n`);
process.exitCode = wrong === 0 ? 0 : 1;
