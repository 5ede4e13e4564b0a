/** An answer of the server. `json` is undefined where the body is empty or no JSON. */
export interface Answer {
  readonly status: number;
  // The shape differs per endpoint and tests look into it freely.
  readonly json: any;
  readonly text: string;
  /** `errors` of the body, or an empty list: the server's own words for a refusal. */
  readonly errors: readonly string[];
}

export interface CallOptions {
  /** The token to send; null sends none. Default: the root token. */
  readonly token?: string | null;
  readonly namespace?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls `/v1/<path>`; `method` may be `LIST`. Never rejects for a status; rejects when nothing answers. */
export type Api = (method: string, path: string, body?: unknown, options?: CallOptions) => Promise<Answer>;

/** An API client that acts as `rootToken` unless a call names another token. */
export function client(addr: string, rootToken: string): Api {
  return async (method, path, body, options = {}) => {
    const token = options.token === undefined ? rootToken : options.token;
    const response = await fetch(`${addr}/v1/${path.replace(/^\//, "")}`, {
      method,
      headers: {
        "X-Vault-Request": "true",
        ...(token === null ? {} : { "X-Vault-Token": token }),
        ...(options.namespace === undefined ? {} : { "X-Vault-Namespace": options.namespace }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would be a surprise worth seeing, and it would carry the token along.
      redirect: "manual",
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const json = parsed(text);
    return { status: response.status, json, text, errors: json?.errors ?? [] };
  };
}

/** Throws, naming the call and the server's words, unless the answer is a success. */
export function expectSuccess(answer: Answer, what: string): Answer {
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`${what}: HTTP ${answer.status} ${answer.text}`);
  return answer;
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
