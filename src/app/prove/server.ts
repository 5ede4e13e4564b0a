import { type Host, HostError, type Machine } from "../../host/index.ts";

/** An answer of the server; `errors` are its own words. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly errors: readonly string[];
}

export interface Server {
  /** What stands in messages: `OpenBao v2.6.2 at http://127.0.0.1:…`. */
  readonly name: string;
  /** One call of `/v1/<path>`; without a token where a job would have none. */
  readonly call: (method: string, path: string, body?: unknown, token?: string | null) => Promise<Answer>;
  /** It was there before, so everything that is done to it has to be undone. */
  readonly isBorrowed: boolean;
  readonly stop: () => Promise<void>;
}

/** `bao` or `vault` in development mode: in memory, on a free port of the loopback address. */
export async function startServer(machine: Machine): Promise<Server> {
  const program = machine.find("bao") ?? machine.find("vault");
  if (program === undefined)
    throw new HostError(
      "find",
      "`bao` or `vault` on the PATH",
      "install one, or give --server a disposable server",
    );
  let reason = "";
  // Between choosing a free port and binding it, another program may take it.
  for (let attempt = 0; attempt < 3 && !machine.interrupted.aborted; attempt++) {
    const address = `127.0.0.1:${await machine.freePort()}`;
    const rootToken = `root-${machine.random(16)}`;
    // The token goes through the environment, since arguments can be read by everyone.
    const running = await machine.start(
      program,
      ["server", "-dev", "-dev-no-store-token", `-dev-listen-address=${address}`],
      { BAO_DEV_ROOT_TOKEN_ID: rootToken, VAULT_DEV_ROOT_TOKEN_ID: rootToken },
    );
    const call = caller(machine, `http://${address}`, rootToken);
    try {
      if (await isReady(machine, call, running.ended))
        return { name: await nameOf(call, `http://${address}`), call, isBorrowed: false, stop: running.stop };
    } catch (error) {
      await running.stop();
      throw error;
    }
    reason = running.output().trim().split("\n").slice(-3).join(" | ");
    await running.stop();
  }
  throw new HostError("start", program, reason || "interrupted");
}

/** A server that exists already, and that may be filled with dummies and emptied again. */
export async function borrowServer(host: Host, machine: Machine, url: string): Promise<Server> {
  const token = host.env["VAULT_TOKEN"] || host.env["BAO_TOKEN"];
  if (token === undefined)
    throw new HostError("use", url, "set VAULT_TOKEN to a token that may write everything on that server");
  const address = url.replace(/\/+$/, "");
  const call = caller(machine, address, token);
  const health = await call("GET", "sys/health", undefined, null);
  if (health.status !== 200) throw new HostError("use", url, `it is not ready (HTTP ${health.status})`);
  return { name: await nameOf(call, address), call, isBorrowed: true, stop: async () => {} };
}

function caller(machine: Machine, address: string, rootToken: string): Server["call"] {
  return async (method, path, body, token = rootToken) => {
    const { status, text } = await machine.request({
      method,
      url: `${address}/v1/${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`,
      headers: { "X-Vault-Request": "true", ...(token === null ? {} : { "X-Vault-Token": token }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = parsed(text);
    const errors = at(json, "errors");
    return { status, json, errors: Array.isArray(errors) ? errors.map(String) : [] };
  };
}

/** What lies at a path of an answer, if anything does. */
export function at(json: unknown, ...keys: readonly string[]): unknown {
  let value = json;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** As root, so that another server which answers on the same port is not taken for ours. */
async function isReady(machine: Machine, call: Server["call"], ended: () => boolean): Promise<boolean> {
  for (let attempt = 0; attempt < 1200 && !ended() && !machine.interrupted.aborted; attempt++) {
    const answer = await call("LIST", "secret/metadata/").catch(() => undefined);
    // An empty list is a 404 without words; with words the mount is not there yet.
    if (answer?.status === 200 || (answer?.status === 404 && answer.errors.length === 0)) return true;
    await machine.sleep(25);
  }
  return false;
}

async function nameOf(call: Server["call"], address: string): Promise<string> {
  const health = await call("GET", "sys/health", undefined, null);
  const version = String(at(health.json, "version") ?? "");
  return `${version === "" ? "a server" : `version ${version}`} at ${address}`;
}
