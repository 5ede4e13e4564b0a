import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { HostError } from "./index.ts";
import type { Request, Response } from "./machine.ts";

/** Requests on connections that stay open. An interrupt ends none: what was done to a server has to be undone. */
export function createClient() {
  // Few connections: more of them make a server of two processors slower, not faster.
  const options = { keepAlive: true, maxSockets: 8 };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  const request = ({ method, url, headers = {}, body }: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith("https:");
      const send = isSecure ? httpsRequest : httpRequest;
      const fail = (error: Error) => reject(new HostError("reach", new URL(url).origin, reasonOf(error)));
      const sent = send(
        url,
        {
          method,
          agent: isSecure ? agents.https : agents.http,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
          },
          timeout: 20_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => void chunks.push(chunk));
          response.on("error", fail);
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      sent.on("timeout", () => sent.destroy(new Error("no answer in 20 s")));
      sent.on("error", fail);
      sent.end(body);
    });
  return {
    request,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function reasonOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
