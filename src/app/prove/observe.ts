import type { Row } from "../../access/index.ts";
import { HostError, type Machine } from "../../host/index.ts";
import { DUMMY } from "./apply.ts";
import type { Operation } from "./operations.ts";
import { mint, type Payload } from "./payload.ts";
import { at, type Server } from "./server.ts";

/** What one context could really do. */
export interface Observation {
  readonly row: Row;
  readonly payload: Payload;
  /** For each role that took the token, the names of the operations that then worked. */
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Questions {
  readonly rows: readonly { readonly row: Row; readonly payload: Payload }[];
  readonly roles: readonly string[];
  readonly operations: readonly Operation[];
  readonly authMount: string;
  sign(text: string): string;
}

/** As many at a time as keep two processors busy. */
const AT_ONCE = 6;

/** Every context at every role, and with every token that it gets at every path. In the order of the rows. */
export async function observe(
  server: Server,
  machine: Machine,
  questions: Questions,
): Promise<readonly Observation[]> {
  const answers: Observation[] = [];
  let next = 0;
  const work = async () => {
    for (;;) {
      const index = next++;
      const asked = questions.rows[index];
      if (asked === undefined) return;
      if (machine.interrupted.aborted) throw new HostError("prove", "this", "interrupted");
      answers[index] = await ask(server, machine, questions, asked);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

async function ask(
  { call }: Server,
  machine: Machine,
  { roles, operations, authMount, sign }: Questions,
  { row, payload }: Questions["rows"][number],
): Promise<Observation> {
  const jwt = mint(payload, machine.now(), sign);
  const worked = new Map<string, ReadonlySet<string>>();
  for (const role of roles) {
    const { status, json, errors } = await call("POST", `auth/${authMount}/login`, { role, jwt }, null);
    // 400 is how the auth method says no; anything else was not its answer.
    if (status === 400) continue;
    const token = at(json, "auth", "client_token");
    if (status !== 200 || typeof token !== "string")
      throw new HostError("log in as", role, `HTTP ${status} ${errors.join("; ")}`);
    const able = new Set<string>();
    for (const operation of operations) {
      const isRead = operation.capability === "read";
      const answer = await call(isRead ? "GET" : "POST", operation.path, isRead ? undefined : DUMMY, token);
      if (answer.status === 200 || answer.status === 204) able.add(operation.name);
      else if (answer.status !== 403)
        throw new HostError("read", operation.path, `HTTP ${answer.status} ${answer.errors.join("; ")}`);
    }
    worked.set(role, able);
  }
  return { row, payload, roles: worked };
}
