import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of the fake server. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Close the connection after `body`, though more bytes were announced; with an empty body: before any answer. */
  readonly cut?: boolean;
  /** Say no more after `body`, and keep the connection; with an empty body: no answer at all. */
  readonly stall?: boolean;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The client's port: equal ports mean one connection. */
  readonly port: number;
}

/** A Vault that answers what a test tells it to: the faults that a real server cannot be made to show. */
export interface FakeVault {
  readonly addr: string;
  readonly seen: Seen[];
  /** `POST auth/token/revoke-self` and so on, in order. */
  readonly calls: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export const canary = {
  jwt: "eyJhbGciOiJub25lIn0.CanaryOfTheJobToken.c2ln",
  token: "hvs.CanaryOfTheVaultToken",
  value: "canary-of-a-value",
} as const;

/**
 * Routes are paths without `/v1/`, query included. A list is answered in order, its last entry for ever.
 * Login and revocation work unless a route says otherwise; other paths are 404, as an empty path is.
 */
export async function startFake(
  routes: Readonly<Record<string, Reply | readonly Reply[]>> = {},
): Promise<FakeVault> {
  const seen: Seen[] = [];
  const asked = new Map<string, number>();
  const all: typeof routes = {
    "auth/jwt/login": json({ auth: { client_token: canary.token, lease_duration: 60 } }),
    "auth/token/revoke-self": { status: 204 },
    ...routes,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const path = (request.url ?? "").replace(/^\/v1\//, "");
      seen.push(noted(request, path, Buffer.concat(chunks).toString("utf8")));
      const nth = asked.get(path) ?? 0;
      asked.set(path, nth + 1);
      const route = all[path] ?? { status: 404, body: '{"errors":[]}' };
      const replies: readonly Reply[] = Array.isArray(route) ? route : [route];
      answer(response, replies[Math.min(nth, replies.length - 1)] ?? {});
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    addr: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    calls: () => seen.map(({ method, path }) => `${method} ${path}`),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function json(body: unknown, status = 200): Reply {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** The answer of a KV v2 engine. */
export function kv2(fields: Readonly<Record<string, unknown>>): Reply {
  return json({
    request_id: "r",
    data: { data: fields, metadata: { version: 1, destroyed: false } },
    warnings: null,
  });
}

export function errors(status: number, ...words: readonly string[]): Reply {
  return json({ errors: words }, status);
}

function noted(request: IncomingMessage, path: string, body: string): Seen {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return { method: request.method ?? "", path, headers, body, port: request.socket.remotePort ?? 0 };
}

function answer(response: ServerResponse, reply: Reply): void {
  const body = reply.body ?? "";
  if (reply.stall === true) {
    if (body === "") return;
    response.writeHead(reply.status ?? 200, { "Content-Length": body.length + 1000, ...reply.headers });
    return void response.write(body);
  }
  if (reply.cut === true) {
    if (body === "") return void response.destroy();
    response.writeHead(reply.status ?? 200, { "Content-Length": body.length + 1000, ...reply.headers });
    // The client must have the part before the connection goes, or it would see no answer at all.
    response.write(body, () => setTimeout(() => response.destroy(), 20));
    return;
  }
  response.writeHead(reply.status ?? 200, reply.headers);
  response.end(body);
}
