import type { Command } from "commander";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { shapeOf } from "./shape.ts";
import { zshScript } from "./zsh.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

/** A script for a shell that completes this program's command line. */
export function completionScript(program: Command, shell: ShellName): string {
  const shape = shapeOf(program, "generate");
  const print = { bash: bashScript, zsh: zshScript, fish: fishScript };
  return print[shell](shape);
}
