import { atKey, atValue, closest, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import { ALIASES, ENGINES, isEngine } from "./engines.ts";
import type { Mount } from "./model.ts";

/** Mounts by path, longest first, so that the first match is the right one. */
export function readMounts(mounts: Readonly<Record<string, string>>, found: Diagnostic[]): readonly Mount[] {
  const route = ["vault", "mounts"];
  const seen = new Map<string, string>();
  const read = Object.entries(mounts).map(([key, engine]) => {
    const path = key.replace(/\/$/, "");
    const twin = seen.get(path);
    if (twin !== undefined) found.push(sameMount([...route, key], [...route, twin]));
    seen.set(path, key);
    const problem = pathProblem(path);
    if (problem !== undefined) found.push(unsafePath(problem, [...route, key], "key"));
    if (!isEngine(engine)) {
      const meant = Object.hasOwn(ALIASES, engine) ? ALIASES[engine] : closest(engine, Object.keys(ENGINES));
      found.push(
        report(
          "model/unknown-engine",
          atValue([...route, key]),
          `the engine of \`${key}\` is none that can be read`,
          {
            notes: [`engines: ${Object.keys(ENGINES).join(", ")}`],
            help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
          },
        ),
      );
      // Reported once; its secrets are not a mistake each.
      return { path, engine: "kv-v2" as const };
    }
    return { path, engine };
  });
  return read.toSorted((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));
}

function sameMount(route: Route, twin: Route): Diagnostic {
  return report("model/name-collision", atKey(route), "this mount is listed twice", {
    also: [{ place: atKey(twin), text: "the other one" }],
    notes: ["a slash at the end makes no difference to Vault"],
    help: "keep one of them",
  });
}

/** The mount a full path begins with; `mounts` has the longest first. */
export function findMount(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.find((mount) => path.startsWith(`${mount.path}/`));
}

/** What Vault would refuse or read differently in a path, in words; `undefined` when it is plain. */
export function pathProblem(path: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(path)) return "it has a control character";
  if (/[*+]/.test(path)) return "`*` and `+` are wildcards of policies, and one path is one secret";
  if (/[\\?%#"]/.test(path)) return 'it has one of the characters \\ ? % # "';
  if (path.includes("${")) return "it has `${`, which HCL would read as an interpolation";
  const segments = path.split("/");
  if (segments.includes("")) return "it has an empty segment (a slash at an end, or two in a row)";
  if (segments.includes(".") || segments.includes("..")) return "it has a `.` or `..` segment";
  if (path.endsWith(".")) return "it ends in a dot, which Vault answers with 404";
  if (path !== path.trim() || segments.some((segment) => segment !== segment.trim()))
    return "it has blanks at the end of a segment";
  return undefined;
}

export function unsafePath(problem: string, route: Route, at: "key" | "value"): Diagnostic {
  return report(
    "model/unsafe-path",
    at === "key" ? atKey(route) : atValue(route),
    `this path is not safe: ${problem}`,
    {
      help: "write mount and path as the server has them, for example `secret/myproject/db`",
    },
  );
}
