import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Claims } from "./claims.ts";

export interface MintOptions {
  /** Header fields to add or replace; the default is `{alg: "RS256", kid, typ: "JWT"}`. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** `wrong` signs with a key that is not published, under the `kid` of the right one. */
  readonly key?: "right" | "wrong";
}

/** A GitLab as far as Vault sees one: it publishes the keys that job tokens are signed with. */
export interface Issuer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Where the key set is served, at GitLab's path: for `jwks_url`. */
  readonly jwksUrl: string;
  /** The right public key as PEM: for `jwt_validation_pubkeys`. */
  readonly publicKey: string;
  /** Signs the claims exactly as given, nothing added, as a compact RS256 JWT. */
  readonly mint: (claims: Claims, options?: MintOptions) => string;
  readonly stop: () => Promise<void>;
}

// Made once per test process: a key takes a few hundred milliseconds and one is as good as another.
let keys: { readonly right: Pair; readonly wrong: Pair } | undefined;
type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/**
 * Serves a key set and a discovery document on a free loopback port. `issuer` is what the document claims to
 * be (OIDC wants it exactly equal to the URL that it was asked at); default: the server's own URL.
 */
export async function startIssuer(options: { readonly issuer?: string } = {}): Promise<Issuer> {
  keys ??= { right: pair(), wrong: pair() };
  const { right, wrong } = keys;
  const kid = "ci-signing-key-1";
  const jwk = { ...right.publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
  let url = "";
  const server = createServer((request, response) => {
    const pages: Readonly<Record<string, unknown>> = {
      "/oauth/discovery/keys": { keys: [jwk] },
      "/.well-known/openid-configuration": discovery(options.issuer ?? url, `${url}/oauth/discovery/keys`),
    };
    const page = pages[request.url ?? ""];
    response.writeHead(page === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(page ?? { error: "not found" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A forgotten stop() must not keep a test process alive.
  server.unref();
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    jwksUrl: `${url}/oauth/discovery/keys`,
    publicKey: right.publicKey.export({ format: "pem", type: "spki" }).toString(),
    mint: (claims, { header = {}, key = "right" } = {}) =>
      sign({ alg: "RS256", kid, typ: "JWT", ...header }, claims, key === "right" ? right : wrong),
    stop: async () => {
      // The server under test keeps its connection open, which would hold close() back.
      server.closeAllConnections();
      if (server.listening) await new Promise((done) => server.close(done));
    },
  };
}

function discovery(issuer: string, jwks: string): Claims {
  return {
    issuer,
    jwks_uri: jwks,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}

function sign(header: Claims, claims: Claims, { privateKey }: Pair): string {
  const encode = (part: Claims) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}

function pair(): Pair {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}
