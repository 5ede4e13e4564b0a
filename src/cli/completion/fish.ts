import { type OptionShape, type ProgramShape, type Values } from "./shape.ts";

/** For fish 3; one line for each thing that can be completed. */
export function fishScript({ name, options, commands, main }: ProgramShape): string {
  const names = commands.map((command) => command.name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  const lines = [
    `# Completion of ${name} for fish, made by: ${name} completion fish`,
    `complete -c ${name} -f`,
    ...commands.map(({ name: command, summary }) => rule(none, `-a ${command} -d ${quote(summary)}`)),
    ...[...options, ...main.options.filter(({ long }) => long !== "--help")].map((option) =>
      rule(none, optionRule(option)),
    ),
    ...argumentRules(none, main.arguments[0]),
    ...commands.flatMap((command) => {
      const here = `__fish_seen_subcommand_from ${command.name}`;
      return [
        ...command.options.map((option) => rule(here, optionRule(option))),
        ...argumentRules(here, command.arguments[0]),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;

  function rule(when: string, what: string): string {
    return `complete -c ${name} -n ${quote(when)} ${what}`;
  }

  function argumentRules(when: string, values: Values | undefined): readonly string[] {
    const sources = values === undefined ? [] : sourcesOf(values);
    return sources.map((source) => rule(when, `-k -a ${quote(source)}`));
  }
}

function optionRule({ long, short, description, values }: OptionShape): string {
  const flags = `${short === undefined ? "" : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  const source = values === undefined ? [] : sourcesOf(values);
  const value =
    values === undefined
      ? ""
      : values.kind === "files"
        ? " -r -F"
        : ` -x${source.map((one) => ` -a ${quote(one)}`).join("")}`;
  return `${flags}${value} -d ${quote(description)}`;
}

const MANIFESTS = ["(__fish_complete_suffix .yaml)", "(__fish_complete_suffix .yml)"];

function sourcesOf(values: Values): readonly string[] {
  switch (values.kind) {
    case "words":
      return [values.words.join(" ")];
    case "words-or-manifests":
      return [...MANIFESTS, values.words.join(" ")];
    case "manifests":
      return MANIFESTS;
    case "folders":
      return ["(__fish_complete_directories)"];
    case "files":
    case "text":
      return [];
    default:
      return values satisfies never;
  }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
