import type { Argument, Command, Option } from "commander";
import { CODES } from "../../diagnostics/index.ts";

/** What can stand at one place of a command line. */
export type Values =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "words-or-manifests"; readonly words: readonly string[] }
  | { readonly kind: "manifests" | "files" | "folders" | "text" };

export interface OptionShape {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** Undefined: it takes no value. */
  readonly values: Values | undefined;
  readonly repeats: boolean;
}

export interface CommandShape {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly (Values & { readonly name: string })[];
}

export interface ProgramShape {
  readonly name: string;
  readonly options: readonly OptionShape[];
  readonly commands: readonly CommandShape[];
  /** The command whose name may be left out. */
  readonly main: CommandShape;
}

/** The command line as data, read off the program itself, so that completion cannot know less or more than it. */
export function shapeOf(program: Command, main: string): ProgramShape {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).map(optionShape),
    arguments: command.registeredArguments.map((one) => ({ name: one.name(), ...argumentValues(one) })),
  }));
  const found = commands.find(({ name }) => name === main);
  if (found === undefined) throw new Error(`the program has no command ${main}`);
  return {
    name: program.name(),
    options: help.visibleOptions(program).map(optionShape),
    commands,
    main: found,
  };
}

function optionShape(option: Option): OptionShape {
  const takes = option.required || option.optional;
  return {
    long: option.long ?? "",
    short: option.short,
    description: option.description,
    values: takes
      ? option.argChoices
        ? words(option.argChoices)
        : named(placeholderOf(option.flags))
      : undefined,
    repeats: option.variadic,
  };
}

function argumentValues(argument: Argument): Values {
  return argument.argChoices ? words(argument.argChoices) : named(argument.name());
}

const words = (list: readonly string[]): Values => ({ kind: "words", words: list });
const placeholderOf = (flags: string) => /[<[]([^>\].]+)/.exec(flags)?.[1] ?? "";

/** The name of a value says what it is: `<folder>`, `<file>`, `<manifest>`; `explain` takes a code or a manifest. */
function named(name: string): Values {
  if (/^(?:manifest|old|new)$/i.test(name)) return { kind: "manifests" };
  if (/^(?:folder|directory)$/.test(name)) return { kind: "folders" };
  if (/^(?:file|payload)$/.test(name)) return { kind: "files" };
  return name === "subject" ? { kind: "words-or-manifests", words: Object.keys(CODES) } : { kind: "text" };
}
