import type { AccessDiff, Change, Place } from "./access.ts";

export type DiffFormat = "human" | "markdown" | "json";

export function renderDiff(diff: AccessDiff, format: DiffFormat): string {
  switch (format) {
    case "human":
      return `${human(diff).join("\n")}\n`;
    case "markdown":
      return `${markdown(diff).join("\n")}\n`;
    case "json":
      return `${JSON.stringify(asJson(diff), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

function verdict({ widened, narrowed, unchanged }: AccessDiff): string {
  const rest = unchanged === 0 ? "" : `; ${unchanged} ${unchanged === 1 ? "path is" : "paths are"} as before`;
  if (widened) return `access is wider${narrowed ? ", and elsewhere narrower" : ""}${rest}`;
  return `access is ${narrowed ? "narrower" : "the same"}${rest}`;
}

function human(diff: AccessDiff): readonly string[] {
  const lines = diff.changes.flatMap(({ paths, environments, opened, closed }) => [
    ...paths.map((path) => `${path}  (${environments.join(", ")})`),
    ...opened.map(({ from }) => `  + now readable from ${from}`),
    ...closed.map(({ from }) => `  - no longer readable from ${from}`),
    "",
  ]);
  const also = diff.also.map(({ text, widens }) => `${widens ? "+" : "~"} ${text}`);
  return [...lines, ...also, ...(also.length > 0 ? [""] : []), verdict(diff)];
}

function markdown(diff: AccessDiff): readonly string[] {
  const list = (title: string, of: (change: Change) => readonly Place[]) => {
    const lines = diff.changes.flatMap((change) =>
      of(change).length === 0
        ? []
        : [
            `- ${change.paths.map(code).join(", ")} (${change.environments.join(", ")})`,
            ...of(change).map(({ from }) => `  - from ${code(from)}`),
          ],
    );
    return lines.length === 0 ? [] : ["", `**${title}**`, "", ...lines];
  };
  const also = diff.also.map(({ text, widens }) => `- ${widens ? "wider: " : ""}${escaped(text)}`);
  return [
    "### Who may read what",
    "",
    `${verdict(diff).replace(/^a/, "A")}.`,
    ...list("Becomes readable", ({ opened }) => opened),
    ...list("No longer readable", ({ closed }) => closed),
    ...(also.length === 0 ? [] : ["", "**Also**", "", ...also]),
  ];
}

/** A code span survives anything but its own fence. */
function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${text.replace(/[\r\n]+/g, " ")}${pad}${fence}`;
}

function escaped(text: string): string {
  return text.replace(/[\\*_<>[\]|#]/g, "\\$&");
}

function asJson({ changes, unchanged, also, widened, narrowed }: AccessDiff): unknown {
  return {
    schema_version: 1,
    widened,
    narrowed,
    changes: changes.map(({ paths, environments, opened, closed }) => ({
      paths,
      environments,
      becomes_readable: opened,
      no_longer_readable: closed,
    })),
    also,
    unchanged_paths: unchanged,
  };
}
