import { spawnSync } from "node:child_process";

import { minimalEnvironment } from "../support/exec.ts";
import { isolatedPath } from "../support/paths.ts";
import { tempDir } from "../support/temp.ts";
import { anyShell, readerFile } from "./job.ts";

export interface Parsed {
  /** The value as bytes, by variable; absent where the reader refused or found nothing. */
  readonly values: ReadonlyMap<string, Buffer>;
  /** What it said about the refused ones. */
  readonly failures: string;
  readonly ms: number;
}

/**
 * Gives documents to the reader's awk program directly, all in one process: each is the answer to one request,
 * and `specs[i]` is what to read from the i-th. (Through the network each case would cost a job.)
 */
export function parse(
  awk: string,
  documents: readonly (string | Buffer)[],
  specs: readonly string[],
): Parsed {
  const wants = specs.map((spec, index) => `R data p${index} \nS ${spec}\n`).join("");
  const answers = documents.flatMap((text) => [Buffer.from(text), Buffer.from("\v200\t\t\n")]);
  const input = Buffer.concat([Buffer.from(`${wants}\v\n`), ...answers, Buffer.from("\v0\n")]);
  const script = [
    `. '${readerFile}'`,
    "ci_vault_begin http://vault jwt role lease=job",
    `_ci_vault_try=0 _ci_vault_dir='${tempDir("files")}'`,
    "_ci_vault_awk all",
  ].join("\n");
  const { path } = isolatedPath([`awk=${awk}`]);
  const [program, ...args] = anyShell.command;
  const start = performance.now();
  const run = spawnSync(program, [...args, "-c", script], {
    input,
    env: minimalEnvironment({ PATH: path }),
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  const ms = performance.now() - start;
  if (run.status !== 0) throw new Error(`${awk}: status ${run.status}: ${run.stderr.toString()}`);
  return { ...assignments(run.stdout), ms };
}

function assignments(output: Buffer): Pick<Parsed, "values" | "failures"> {
  // latin1 keeps bytes apart, whatever they are.
  const text = output.toString("latin1");
  const values = new Map<string, Buffer>();
  let failures = "";
  for (const [, name = "", quoted = ""] of text.matchAll(/^(\w+)=((?:'[^']*'|"'")+)/gm)) {
    const value = quoted.replaceAll(
      /'([^']*)'|"(')"/g,
      (_, plain?: string, quote?: string) => plain ?? quote ?? "",
    );
    if (name === "_ci_vault_failed") failures = value;
    else if (!name.startsWith("_ci_vault_")) values.set(name, Buffer.from(value, "latin1"));
  }
  return { values, failures };
}
