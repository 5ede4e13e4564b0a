import { posix } from "node:path";
import type { Host, PathKind } from "../host/index.ts";
import { foldersOf } from "./path.ts";

/** What stands at a path below the root. `at` is the path itself, or the first folder on the way that is none. */
export type Standing =
  | { readonly kind: "absent" }
  | { readonly kind: "file" }
  | { readonly kind: "link"; readonly at: string }
  | { readonly kind: "in-the-way"; readonly at: string; readonly what: "file" | "folder" | "special file" };

export type Obstacle = Exclude<Standing, { readonly kind: "absent" | "file" }>;

/** The files below one root. No link below the root is ever followed, so what is seen here lies inside it. */
export interface Tree {
  look(path: string): Standing;
  /** The bytes of a path at which a file stands. */
  read(path: string): Uint8Array;
  isExecutable(path: string): boolean;
  /** Does the path stand there in just this spelling? Asked only where two spellings may mean one file. */
  isSpelled(path: string): boolean;
  /** The path as the user would type it. */
  name(path: string): string;
}

export function openTree(host: Host, root: string): Tree {
  const folders = new Map<string, PathKind>();
  const at = (path: string) => posix.join(root, path);
  const kindOfFolder = (folder: string) => {
    const kind = folders.get(folder) ?? host.kind(at(folder));
    folders.set(folder, kind);
    return kind;
  };
  return {
    look: (path) => {
      for (const folder of ["", ...foldersOf(path)]) {
        const kind = kindOfFolder(folder);
        if (kind !== "folder") return standing(kind, folder);
      }
      const kind = host.kind(at(path));
      return kind === "file" ? { kind } : standing(kind, path);
    },
    read: (path) => host.readFile(at(path)) ?? new Uint8Array(),
    isExecutable: (path) => host.isExecutable(at(path)),
    isSpelled: (path) =>
      [...foldersOf(path), path].every((step) =>
        host.list(posix.dirname(at(step))).includes(posix.basename(step)),
      ),
    name: (path) => posix.relative(host.cwd, at(path)) || ".",
  };
}

function standing(kind: PathKind, at: string): Standing {
  switch (kind) {
    case "absent":
      return { kind };
    case "link":
      return { kind, at };
    case "other":
      return { kind: "in-the-way", at, what: "special file" };
    case "file":
    case "folder":
      return { kind: "in-the-way", at, what: kind };
  }
}
