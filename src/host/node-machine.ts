import { execFile } from "node:child_process";
import { createSign, generateKeyPair, randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { HostError } from "./index.ts";
import type { Finished, Machine, SigningKey } from "./machine.ts";
import { createClient } from "./node-client.ts";
import { startProgram } from "./node-programs.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The real machine behind `Machine`. Loaded only by the commands that need it, and a bundle of its own. */
export function createMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const abort = new AbortController();
  // Only once: whoever asks a second time means it, and gets the system's own way.
  const interrupt = () => abort.abort();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  const client = createClient();
  return {
    interrupted: abort.signal,
    find: (program) => find(program, env["PATH"] ?? ""),
    run,
    start: (program, args, environment) =>
      startProgram(program, args, { PATH: env["PATH"] ?? "", LC_ALL: "C.UTF-8", ...environment }),
    freePort,
    request: client.request,
    random: (bytes) => randomBytes(bytes).toString("hex"),
    makeKey,
    now: () => Math.floor(Date.now() / 1000),
    sleep: async (milliseconds) => void (await sleep(milliseconds)),
    close: () => {
      client.close();
      for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    },
  };
}

function find(program: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      if (folder !== "" && statSync(file).isFile()) return file;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}

function run(program: string, args: readonly string[], { cwd }: { readonly cwd: string }): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const options = { cwd, encoding: "buffer", maxBuffer: 1 << 26 } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") resolve({ code, stdout, stderr: stderr.toString("utf8") });
      else reject(new HostError("run", program, code ?? "it was ended from outside"));
    });
    child.stdin?.end();
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Off the main thread: a key takes a tenth of a second, in which the server can start. */
async function makeKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return {
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: (text) => createSign("RSA-SHA256").update(text).sign(privateKey, "base64url"),
  };
}
