import type { Host, Machine } from "../../host/index.ts";
import type { ExitCode } from "../report.ts";
import { compareAccess } from "./access.ts";
import { type DiffFormat, renderDiff } from "./render.ts";
import { readSide } from "./sides.ts";

export interface DiffOptions {
  readonly format?: DiffFormat | undefined;
  /** `false`: end with 1 if anything can be read from where it could not before. */
  readonly widening?: boolean | undefined;
}

/** `ci-vault-gen diff --access OLD NEW`: what becomes readable from where, and what no longer is. */
export async function diff(
  host: Host,
  old: string,
  next: string,
  options: DiffOptions = {},
): Promise<ExitCode> {
  let machine: Machine | undefined;
  const open = async () => (machine ??= await host.machine());
  try {
    const before = await readSide(host, open, old);
    const after = before && (await readSide(host, open, next));
    if (before === undefined || after === undefined) return 2;
    const found = compareAccess(before, after);
    host.out(renderDiff(found, options.format ?? "human"));
    return found.widened && options.widening === false ? 1 : 0;
  } finally {
    machine?.close();
  }
}
