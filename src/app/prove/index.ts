import { posix } from "node:path";
import { readRole, type RoleView } from "../../access/index.ts";
import type { Host, Machine } from "../../host/index.ts";
import { compile, type Compiled } from "../compile.ts";
import { asJson, type MatrixFormat, renderMatrix } from "../matrix/render.ts";
import { type ExitCode, tell } from "../report.ts";
import { apply, Refused, takeBack, type Undo } from "./apply.ts";
import { compare, type Comparison, type Difference, distinct } from "./compare.ts";
import { type Half, halfOfPlan, halfOnDisk } from "./half.ts";
import { junit } from "./junit.ts";
import { type Observation, observe } from "./observe.ts";
import { mountsOf, neighboursOf, operationsOf } from "./operations.ts";
import { payloadOf } from "./payload.ts";
import { rowsToAsk } from "./rows.ts";
import { borrowServer, startServer } from "./server.ts";
import { proveFiles } from "./symbolic.ts";

export interface ProveOptions {
  /** Prove the files on the disk, with whatever was changed there by hand, instead of what the manifest gives. */
  readonly files?: boolean | undefined;
  /** A disposable server instead of a new one. */
  readonly server?: string | undefined;
  /** Where to write a JUnit report. */
  readonly junit?: string | undefined;
  readonly format?: MatrixFormat | undefined;
}

/**
 * `ci-vault-gen prove MANIFEST`: what the matrix predicts, observed. A real server gets the Vault half and a dummy at every
 * path; a token is minted for every context, logs in and reads everything that there is.
 */
export async function prove(host: Host, manifest: string, options: ProveOptions = {}): Promise<ExitCode> {
  const result = compile(host, manifest);
  tell(host, result.diagnostics, result.source, "human");
  if (result.value === undefined) return 2;
  const compiled = result.value;
  const half = options.files ? halfOnDisk(host, compiled) : halfOfPlan(compiled);
  if (half.roles === undefined) {
    host.err(`${half.problem}\n`);
    return 2;
  }
  const roles = [...half.roles].flatMap(([name, text]) => readRole(name, text) ?? []);
  const symbolic = options.files ? proveFiles(compiled, roles) : [];
  const machine = await host.machine();
  try {
    const proof = await onServer(host, machine, compiled, half, roles, options.server);
    return conclude(host, compiled, proof, symbolic, options);
  } catch (error) {
    if (!(error instanceof Refused) && !machine.interrupted.aborted) throw error;
    for (const { context, text } of symbolic) host.out(`${context}: ${text}\n`);
    host.err(
      machine.interrupted.aborted
        ? "interrupted; nothing is left running\n"
        : `${(error as Error).message}\n`,
    );
    return machine.interrupted.aborted ? 3 : 1;
  } finally {
    machine.close();
  }
}

interface Proof extends Comparison {
  readonly observations: readonly Observation[];
  readonly operations: number;
  readonly roles: number;
}

async function onServer(
  host: Host,
  machine: Machine,
  compiled: Compiled,
  half: Half,
  roles: readonly RoleView[],
  url: string | undefined,
): Promise<Proof> {
  const { model, plan } = compiled;
  const { standard, further } = rowsToAsk(compiled, roles);
  const rows = [...standard, ...further].map((row) => ({
    row,
    payload: payloadOf(row.context, plan, model.gitlab.version),
  }));
  const projects = [...new Set(rows.map(({ payload }) => String(payload["project_id"])))];
  const operations = operationsOf(plan, projects);
  const all = [...operations, ...neighboursOf(operations)];
  // The key takes as long as the server's start: both at once.
  const [key, server] = await Promise.all([
    machine.makeKey(),
    url === undefined ? startServer(machine) : borrowServer(host, machine, url),
  ]);
  const undo: Undo = [];
  try {
    const { authMount } = plan.vault;
    const mounts = mountsOf(model);
    await apply(
      server,
      machine,
      { half, authMount, publicKey: key.publicKey, mounts, operations: all },
      undo,
    );
    const planned = plan.environments.flatMap((environment) => environment.roles.map(({ name }) => name));
    const names = [...new Set([...planned, ...half.roles.keys()])];
    const observations = await observe(server, machine, {
      rows,
      roles: names,
      operations: all,
      authMount,
      sign: key.sign,
    });
    const shown = new Set(standard.map(({ id }) => id));
    const compared = compare(plan, all, observations, (id) => shown.has(id));
    return { ...compared, observations, operations: operations.length, roles: names.length };
  } finally {
    // A server of our own goes with everything in it; but also when the undoing itself was interrupted.
    if (server.isBorrowed) await takeBack(undo);
    await server.stop();
  }
}

function conclude(
  host: Host,
  { plan }: Compiled,
  proof: Proof,
  symbolic: readonly Difference[],
  options: ProveOptions,
): ExitCode {
  const differences = [...proof.differences, ...symbolic];
  if (options.format === "json")
    host.out(`${JSON.stringify({ ...asJson(proof.matrix), differences }, null, 2)}\n`);
  else host.out(renderMatrix(proof.matrix, options.format ?? "table"));
  if (options.junit !== undefined) {
    const environments = plan.environments.map(({ name }) => name);
    host.writeFile(
      posix.resolve(host.cwd, options.junit),
      junit(environments, proof.observations, differences),
    );
  }
  for (const { context, text, more } of distinct(differences))
    host.err(`${context}${more === 0 ? "" : ` (and ${more} more)`}: ${text}\n`);
  const logins = proof.observations.length * proof.roles;
  const counts = `${proof.observations.length} contexts, ${proof.roles} roles, ${proof.operations} paths, ${logins} logins`;
  const unseen =
    plan.vault.boundCidrs.length > 0 ? "; `bound_cidrs` was left out: this machine is no runner" : "";
  host.err(
    differences.length === 0
      ? `as predicted: ${counts}${unseen}\n`
      : `${differences.length} differences from the prediction: ${counts}${unseen}\n`,
  );
  return differences.length === 0 ? 0 : 1;
}
