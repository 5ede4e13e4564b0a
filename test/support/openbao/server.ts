import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { minimalEnvironment } from "../exec.ts";
import { tempDir } from "../temp.ts";
import { client, type Api } from "./api.ts";
import { findServer } from "./binary.ts";

export interface Server {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly addr: string;
  readonly rootToken: string;
  readonly pid: number;
  /** The executable that runs, which is also a command line client (`vault` or `bao`). */
  readonly binary: string;
  readonly api: Api;
  /** What the server logged so far: read it for the reason of a failed test. */
  readonly log: () => string;
  /** Ends exactly this server and resolves once it is gone. May be called twice. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a development server: in memory, unsealed, with KV v2 at `secret/`, on a free loopback port.
 * Rejects when there is no binary (its reason and the help in the message) or it does not come up in 30 s.
 */
export async function startServer(): Promise<Server> {
  const found = await findServer();
  if (!found.found) throw new Error(`${found.reason}; ${found.help}`);
  // Between choosing a free port and binding it, another process may take it: try again on another.
  let reason = "";
  for (let attempt = 0; attempt < 3; attempt++) {
    const started = await launch(found.path);
    if (typeof started !== "string") return started;
    reason = started;
  }
  throw new Error(`${found.path} did not start: ${reason}`);
}

async function launch(binary: string): Promise<Server | string> {
  const address = `127.0.0.1:${await freePort()}`;
  const addr = `http://${address}`;
  const rootToken = `root-${randomBytes(16).toString("hex")}`;
  const home = tempDir("openbao");
  const child = spawn(binary, ["server", "-dev", "-dev-no-store-token", `-dev-listen-address=${address}`], {
    cwd: home,
    // The root token goes through the environment, since arguments can be read by everyone.
    env: minimalEnvironment({
      HOME: home,
      TMPDIR: home,
      BAO_DEV_ROOT_TOKEN_ID: rootToken,
      VAULT_DEV_ROOT_TOKEN_ID: rootToken,
    }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const failed = new Promise<string>((resolve) => child.once("error", (error) => resolve(error.message)));
  if (child.pid === undefined) return failed;
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => void chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => void chunks.push(chunk));
  const log = () => Buffer.concat(chunks).toString("utf8");
  const stop = stopper(child, watchdog(child));
  const api = client(addr, rootToken);
  if (await ready(api, child)) return { addr, rootToken, pid: child.pid, binary, api, log, stop };
  await stop();
  return log().trim().split("\n").slice(-3).join(" | ");
}

/** Polls as root, so that another server which answers on the same port is not taken for ours. */
async function ready(api: Api, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    // KV v2 answers 400 for a moment while it sets itself up, so the mount is what we wait for.
    const answer = await api("LIST", "secret/metadata/").catch(() => undefined);
    // An empty list is a 404 without words; with words the mount is not there yet.
    if (answer?.status === 200 || (answer?.status === 404 && answer.errors.length === 0)) return true;
    await sleep(25);
  }
  return false;
}

/**
 * A shell that waits for the end of its stdin, which the system closes however this process dies (a killed
 * test worker runs no exit handler), and then kills the server.
 */
function watchdog(child: ChildProcess): ChildProcess {
  const script = 'read -r _ || :; kill -9 "$1" 2>/dev/null';
  const dog = spawn("/bin/sh", ["-c", script, "sh", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Once the server is gone its number may be given to someone else: the dog must go first.
  child.once("exit", () => dog.kill("SIGKILL"));
  dog.unref();
  return dog;
}

function stopper(child: ChildProcess, dog: ChildProcess): () => Promise<void> {
  // All state is in memory: there is nothing to shut down gracefully, and SIGKILL is immediate.
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  return async () => {
    process.removeListener("exit", kill);
    const dogGone = dog.exitCode !== null || dog.signalCode !== null ? undefined : once(dog, "exit");
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      kill();
      await gone;
    }
    await dogGone;
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
