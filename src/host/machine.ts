/** What `prove` and `diff` need of the machine beyond files: programs, a network, keys, a clock. */
export interface Machine {
  /** Aborted when the user or the system asks this process to end (SIGINT, SIGTERM, SIGHUP). */
  readonly interrupted: AbortSignal;
  /** Absolute path of a program on the PATH. */
  find(program: string): string | undefined;
  /** Runs a program to its end, with nothing on its stdin. */
  run(program: string, args: readonly string[], options: { readonly cwd: string }): Promise<Finished>;
  /**
   * Starts a program in an empty folder of its own. It ends, and the folder goes, with `stop` or with this process,
   * however this process ends.
   */
  start(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<Running>;
  /** A port of the loopback address that nobody listens on at the moment. */
  freePort(): Promise<number>;
  /** One request, on connections that are kept; redirects are not followed. Rejects when nothing answers. */
  request(request: Request): Promise<Response>;
  /** So many random bytes, in hexadecimal. */
  random(bytes: number): string;
  /** A new RSA key of 2048 bits. */
  makeKey(): Promise<SigningKey>;
  /** Seconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Gives back what holds the process: open connections, signal handlers. */
  close(): void;
}

export interface Finished {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

export interface Running {
  /** Has it ended by itself? */
  readonly ended: () => boolean;
  /** What it printed so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Response {
  readonly status: number;
  readonly text: string;
}

export interface SigningKey {
  /** PEM. */
  readonly publicKey: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256 (JWA `RS256`), as base64url. */
  sign(text: string): string;
}
