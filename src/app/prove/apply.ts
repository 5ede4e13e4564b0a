import type { Machine } from "../../host/index.ts";
import type { Half } from "./half.ts";
import type { Mounting, Operation } from "./operations.ts";
import { type Answer, at, type Server } from "./server.ts";

/** The server would not take what was generated: that is a finding, and the words are the server's. */
export class Refused extends Error {}

export interface Setup {
  readonly half: Half;
  readonly authMount: string;
  readonly publicKey: string;
  readonly mounts: readonly Mounting[];
  readonly operations: readonly Operation[];
}

/**
 * Brings a server into the state that the generated half asks for, with a dummy at every path. `undo` gets each step
 * that takes something back, as soon as there is something to take back.
 */
export async function apply(server: Server, machine: Machine, setup: Setup, undo: Undo): Promise<void> {
  const { call } = server;
  const { half, authMount } = setup;
  if (server.isBorrowed) await refuseUsed(server, setup);
  for (const mount of setup.mounts) await mountAt(server, machine, mount, undo);
  const put = async (what: string, method: string, path: string, body: unknown) => {
    if (machine.interrupted.aborted) throw new Refused("interrupted");
    expectSuccess(await call(method, path, body), what);
  };
  for (const { path } of setup.operations) {
    const isV2 = setup.mounts.some((mount) => mount.version === 2 && path.startsWith(`${mount.path}/data/`));
    undo.push(async () => void (await call("DELETE", isV2 ? path.replace("/data/", "/metadata/") : path)));
    await put(`a dummy at ${path}`, "POST", path, DUMMY);
  }
  undo.push(async () => void (await call("DELETE", `sys/auth/${authMount}`)));
  await put(`the auth method ${authMount}`, "POST", `sys/auth/${authMount}`, { type: "jwt" });
  await put("the auth method's configuration", "POST", `auth/${authMount}/config`, {
    ...withoutKeys(half.authConfig),
    jwt_validation_pubkeys: [setup.publicKey],
  });
  const accessor = String(at((await call("GET", `sys/auth/${authMount}`)).json, "data", "accessor"));
  for (const [name, text] of half.policies) {
    // As setup.sh does.
    const policy = text.replaceAll("@ACCESSOR@", accessor);
    undo.push(async () => void (await call("DELETE", `sys/policies/acl/${name}`)));
    await put(`the policy ${name}`, "PUT", `sys/policies/acl/${name}`, { policy });
  }
  for (const [name, text] of half.roles) {
    // Tokens come from this machine, which is no runner.
    const role = { ...dataOf(`the role ${name}`, text), token_bound_cidrs: [] };
    await put(`the role ${name}`, "POST", `auth/${authMount}/role/${name}`, role);
  }
}

export type Undo = (() => Promise<void>)[];

/** Takes back in reverse, and as much as it can. */
export async function takeBack(undo: Undo): Promise<void> {
  for (const step of undo.toReversed()) await step().catch(() => {});
}

/** KV v1 keeps all fields, KV v2 those below `data`. */
export const DUMMY = { data: { dummy: "dummy" }, dummy: "dummy" };

async function mountAt(server: Server, machine: Machine, mount: Mounting, undo: Undo): Promise<void> {
  const { call } = server;
  const listed = at((await call("GET", "sys/mounts")).json, "data", `${mount.path}/`);
  const version = String(at(listed, "options", "version") ?? "1");
  const isFit = at(listed, "type") === "kv" && version === String(mount.version);
  if (isFit) return;
  if (listed !== undefined) {
    if (server.isBorrowed) throw new Refused(`the server has something else at ${mount.path}/`);
    // The development server's own.
    expectSuccess(await call("DELETE", `sys/mounts/${mount.path}`), `remove ${mount.path}/`);
  }
  undo.push(async () => void (await call("DELETE", `sys/mounts/${mount.path}`)));
  const body = { type: "kv", options: { version: String(mount.version) } };
  expectSuccess(await call("POST", `sys/mounts/${mount.path}`, body), `mount ${mount.path}/`);
  // A new KV v2 refuses everything for a moment.
  for (let attempt = 0; mount.version === 2 && attempt < 200; attempt++) {
    const { status } = await call("LIST", `${mount.path}/metadata/`);
    if (status === 404 || status === 200) return;
    await machine.sleep(25);
  }
}

/**
 * A server where any of this exists already is somebody's, and nothing is written to it. Mounts come first: to ask a
 * dynamic engine for a path is to make credentials.
 */
async function refuseUsed({ call, name }: Server, setup: Setup): Promise<void> {
  const mounts = at((await call("GET", "sys/mounts")).json, "data");
  for (const { path } of setup.mounts) {
    const type = at(mounts, `${path}/`, "type");
    if (type !== undefined && type !== "kv")
      throw new Refused(
        `${name} is in use, and nothing was written to it: it has ${String(type)} at ${path}/`,
      );
  }
  const taken = async (path: string) => (await call("GET", path)).status === 200;
  const auth = at((await call("GET", "sys/auth")).json, "data");
  if (typeof auth !== "object" || auth === null)
    throw new Refused(`VAULT_TOKEN may not look at the auth methods of ${name}`);
  const found = [
    ...(Object.hasOwn(auth, `${setup.authMount}/`) ? [`auth/${setup.authMount}`] : []),
    ...(await which(
      [...setup.half.policies.keys()].map((policy) => `sys/policies/acl/${policy}`),
      taken,
    )),
    ...(await which(
      setup.operations.map(({ path }) => path),
      taken,
    )),
  ];
  if (found.length > 0)
    throw new Refused(
      `${name} is in use, and nothing was written to it: it has ${found.slice(0, 3).join(", ")}`,
    );
}

async function which(paths: readonly string[], test: (path: string) => Promise<boolean>) {
  const found: string[] = [];
  for (const path of paths) if (await test(path)) found.push(path);
  return found;
}

function withoutKeys(text: string): object {
  const {
    jwks_url: _,
    jwks_ca_pem: __,
    oidc_discovery_url: ___,
    skip_jwks_validation: ____,
    ...rest
  } = dataOf("the auth method's configuration", text) as Record<string, unknown>;
  return rest;
}

function dataOf(what: string, text: string): object {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === "object" && data !== null) return data;
  } catch {
    // Said below.
  }
  throw new Refused(`${what} is not a JSON object`);
}

function expectSuccess({ status, errors }: Answer, what: string): void {
  if (status >= 200 && status < 300) return;
  throw new Refused(`the server refuses ${what}: HTTP ${status} ${errors.join("; ")}`.trimEnd());
}
