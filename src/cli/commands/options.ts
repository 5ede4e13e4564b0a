import { InvalidArgumentError, Option } from "commander";
import type { Target } from "../../app/index.ts";

/** Options that several commands share, worded once. */
export const outOption = () =>
  new Option("--out <folder>", "put the files there instead of where the manifest says");

/** A record, so that the type checker misses a target that is missing here. */
const TARGETS: Readonly<Record<Target, true>> = {
  gitlab: true,
  vault: true,
  terraform: true,
  openbao: true,
  docs: true,
  component: true,
};

export const targetOption = () =>
  new Option(
    "--target <name>",
    `for this run, write this target as well: ${Object.keys(TARGETS).join(", ")}`,
  ).argParser((name: string, before: readonly Target[] | undefined): readonly Target[] => {
    if (!isTarget(name))
      throw new InvalidArgumentError(`Allowed choices are ${Object.keys(TARGETS).join(", ")}.`);
    return [...(before ?? []), name];
  });

function isTarget(name: string): name is Target {
  return Object.hasOwn(TARGETS, name);
}

export const formatOption = () =>
  new Option("--format <format>", "how to report findings").choices(["human", "json"]).default("human");

/** For commands whose findings are about files: also as GitLab's merge request widget and code scanners read them. */
export const reportOption = () =>
  new Option("--format <format>", "how to report findings")
    .choices(["human", "json", "codequality", "sarif"])
    .default("human");
