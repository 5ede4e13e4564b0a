import { type CommandShape, type OptionShape, type ProgramShape, type Values } from "./shape.ts";

/** For zsh with its own completion system: in a folder of `fpath` as `_ci-vault-gen`, or read after `compinit`. */
export function zshScript({ name, options, commands, main }: ProgramShape): string {
  const described = commands.map((command) => `    ${quote(`${colons(command.name)}:${command.summary}`)}`);
  return `#compdef ${name}
# Completion of ${name} for zsh, made by: ${name} completion zsh
_${name}() {
  local state line curcontext=$curcontext
  local -a commands
  commands=(
${described.join("\n")}
  )
  # A first word that is no command belongs to \`${main.name}\`.
  _arguments -C \\
${[...options, ...main.options.filter(({ long }) => long !== "--help")].map((option) => `    ${optionSpec(option)} \\`).join("\n")}
    '1: :->first' '*:: :->rest'
  case $state in
    first)
      _describe -t commands command commands
      ${action(main.arguments[0] ?? { kind: "text" })} ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function commandCase({ name, options, arguments: list }: CommandShape): string {
  const specs = [
    ...options.map(optionSpec),
    ...list.map((one) => quote(`:${colons(one.name)}:${action(one)}`)),
  ];
  return `        ${name}) _arguments ${specs.join(" ")} ;;`;
}

/** `--name[what it does]:value:action`; short and long exclude each other. */
function optionSpec({ long, short, description, values, repeats }: OptionShape): string {
  const both = short === undefined ? "" : `(${short} ${long})`;
  const text = `[${description.replace(/[\\[\]:]/g, "\\$&")}]`;
  const value = values === undefined ? "" : `:value:${action(values)}`;
  const one = (flag: string, equals: string) =>
    quote(`${repeats ? "*" : both}${flag}${equals}${text}${value}`);
  // With \`=\` after the name zsh takes the value behind an equals sign as well.
  const forms = [one(long, values === undefined ? "" : "=")];
  return (short === undefined ? forms : [one(short, ""), ...forms]).join(" ");
}

function action(values: Values): string {
  switch (values.kind) {
    case "words":
      return `(${values.words.join(" ")})`;
    case "words-or-manifests":
      return `_alternative "words:word:(${values.words.join(" ")})" "files:manifest:_files -g \\*.\\(yml\\|yaml\\)"`;
    case "manifests":
      return '_files -g "*.(yml|yaml)(-.)"';
    case "files":
      return "_files";
    case "folders":
      return "_files -/";
    case "text":
      return " ";
    default:
      return values satisfies never;
  }
}

const colons = (text: string) => text.replaceAll(":", "\\:");

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
