import type { Command } from "commander";
import type { Host } from "../host/index.ts";

/** What a command file gets: the program to add itself to, and how to hand back its exit code. */
export interface Registry {
  readonly program: Command;
  readonly host: Host;
  done(code: number): void;
}
