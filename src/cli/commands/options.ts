import { Option } from "commander";

/** Options that several commands share, worded once. */
export const outOption = () =>
  new Option("--out <folder>", "put the files there instead of where the manifest says");
export const formatOption = () =>
  new Option("--format <format>", "how to report findings").choices(["human", "json"]).default("human");
