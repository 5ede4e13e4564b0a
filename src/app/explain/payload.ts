import { posix } from "node:path";
import type { Host } from "../../host/index.ts";

export type Claims = Readonly<Record<string, unknown>>;

export type Payload =
  | { readonly claims: Claims; readonly problem?: undefined }
  /** Says what is wrong and quotes nothing of the input: it may be a token. */
  | { readonly claims?: undefined; readonly problem: string };

/** Two parts of base64url with a dot, the first the start of `{"`: what every JWT looks like. */
const TOKEN = /eyJ[\w-]{6,}\.[\w-]+/;

/** The claims of a token as JSON. A token itself is refused: whoever holds it can log in. */
export function readPayload(host: Host, path: string): Payload {
  if (TOKEN.test(path)) return { problem: refusal };
  const bytes = path === "-" ? host.readStdin() : host.readFile(posix.resolve(host.cwd, path));
  if (bytes === undefined) return { problem: `there is no file at ${path}` };
  const text = new TextDecoder().decode(bytes).trim();
  if (TOKEN.test(text)) return { problem: refusal };
  const shape = "--claims needs the claims of a token as a JSON object, its decoded middle part";
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's own words would quote the text.
    return { problem: `${shape}; this is not JSON` };
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) return { problem: shape };
  return { claims: data as Claims };
}

const refusal = [
  "this is a token, and it was not read: whoever holds it can log in until it expires, also from a log",
  "print its claims in a job instead, and give this command only those:",
  `  printf %s "$CI_JOB_JWT" | cut -d. -f2 | tr '_-' '/+' | { cat; echo '=='; } | base64 -d 2>/dev/null`,
].join("\n");
