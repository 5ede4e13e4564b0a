import { type CommandShape, type OptionShape, type ProgramShape, type Values } from "./shape.ts";

/** For bash 3.2 and later; needs nothing beside bash itself. */
export function bashScript({ name, options, commands, main }: ProgramShape): string {
  const func = `_${name.replaceAll("-", "_")}`;
  const cases = commands.flatMap((command) => valueCases(command.name, command.options));
  return `# Completion of ${name} for bash, made by: ${name} completion bash
${func}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' kind='' at i item
  COMPREPLY=()
  # To bash, --name=value is three words.
  if [ "$word" = = ]; then
    word=
  elif [ "$before" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${commands.map((command) => command.name).join("|")}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case \${command:-${main.name}}:$before in
${cases.map((line) => `    ${line}`).join("\n")}
    *)
      case $word in
        -*)
          case $command in
${commands.map((command) => `            ${command.name}) words=${quote(flags(command.options))} ;;`).join("\n")}
            *) words=${quote(flags([...options, ...main.options]))} ;;
          esac ;;
        *)
          case $command in
${commands.map((command) => `            ${command.name}) ${argumentLine(command)} ;;`).join("\n")}
            *) words=${quote(commands.map((command) => command.name).join(" "))}; ${argumentLine(main)} ;;
          esac ;;
      esac ;;
  esac
  while IFS= read -r item; do
    [ -z "$item" ] || COMPREPLY[\${#COMPREPLY[@]}]=$item
  done < <([ -z "$words" ] || compgen -W "$words" -- "$word")
  [ -n "$kind" ] || return 0
  compopt -o filenames 2>/dev/null
  while IFS= read -r at; do
    case $kind:$at in
      files:*|manifests:*.yml|manifests:*.yaml) ;;
      *) [ -d "$at" ] || continue ;;
    esac
    COMPREPLY[\${#COMPREPLY[@]}]=$at
  done < <(compgen -f -- "$word")
}
complete -F ${func} ${name}
`;
}

const flags = (options: readonly OptionShape[]) =>
  [...new Set(options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])))].join(
    " ",
  );

function valueCases(command: string, options: readonly OptionShape[]): readonly string[] {
  return options.flatMap(({ long, short, values }) => {
    if (values === undefined) return [];
    const pattern = [long, short]
      .flatMap((flag) => (flag === undefined ? [] : `${command}:${flag}`))
      .join("|");
    return `${pattern}) ${valueLine(values)} ;;`;
  });
}

const argumentLine = (command: CommandShape) => valueLine(command.arguments[0] ?? { kind: "text" });

function valueLine(values: Values): string {
  if (values.kind === "words") return `words=${quote(values.words.join(" "))}`;
  if (values.kind === "words-or-manifests") return `words=${quote(values.words.join(" "))}; kind=manifests`;
  return values.kind === "text" ? ":" : `kind=${values.kind}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
