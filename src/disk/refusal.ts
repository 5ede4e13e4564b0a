import { MARKER } from "../artifacts/index.ts";
import { report, type Diagnostic } from "../diagnostics/index.ts";
import { LEDGER, quote } from "./path.ts";
import type { Obstacle, Tree } from "./tree.ts";

/** What stands at a path, or on the way to it, is not the file or folder that belongs there. */
export function refuseStanding(tree: Tree, path: string, standing: Obstacle): Diagnostic {
  const [name, at] = [quote(tree.name(path)), quote(tree.name(standing.at))];
  if (standing.kind === "link") return refuseLink(standing.at === path ? at : `${at} on the way to ${name}`);
  const wanted = standing.at === path ? "a file belongs" : `the folder of ${name} belongs`;
  return report("disk/foreign-file", undefined, `${at} is a ${standing.what} where ${wanted}`, {
    help: MOVE,
  });
}

/** Once for the output folder itself, instead of for each file in it. */
export function refuseRoot(tree: Tree): Diagnostic | undefined {
  const standing = tree.look(LEDGER);
  if (standing.kind === "absent" || standing.kind === "file" || standing.at !== "") return undefined;
  const name = quote(tree.name(""));
  if (standing.kind === "link") return refuseLink(name);
  return report("disk/foreign-file", undefined, `${name} is a ${standing.what}, not an output folder`, {
    help: MOVE,
  });
}

const MOVE = "move it away, or choose another output folder with `--out`";

/** Nothing is ever written, read or removed through a link, not even with `--force`. */
function refuseLink(what: string): Diagnostic {
  return report("disk/outside-root", undefined, `${what} is a symbolic link`, {
    notes: ["a link can lead out of the output folder, and the generator touches nothing outside it"],
    help: "review who made the link in version control, and remove it; for another output folder use `--out`",
  });
}

/** An existing file that is neither as we left it nor as we would write it. */
export function refuseOverwrite(name: string, bytes: Uint8Array, isListed: boolean): Diagnostic {
  if (isListed) {
    return report("disk/edited-file", undefined, `${quote(name)} was changed after it was generated`, {
      notes: ["the next run would undo the change without a word"],
      help: "move the change into the manifest, or give it up with `--force`",
    });
  }
  if (hasMarker(bytes)) {
    return report(
      "disk/edited-file",
      undefined,
      `${quote(name)} is generated, but the ledger does not list it`,
      {
        notes: ["without an entry in the ledger nothing tells whether it was edited by hand"],
        help: "restore the ledger from version control, or overwrite the file with `--force`",
      },
    );
  }
  return report("disk/foreign-file", undefined, `${quote(name)} exists, and the generator did not write it`, {
    help: "move it away, choose another output folder with `--out`, or overwrite it with `--force`",
  });
}

export function refuseRemoval(name: string): Diagnostic {
  return report(
    "disk/edited-file",
    undefined,
    `${quote(name)} is no longer generated, but was changed by hand`,
    {
      notes: ["a file of the ledger that is no longer produced is removed, unless that would lose something"],
      help: "keep it under another name or move the change into the manifest; remove it with `--force`",
    },
  );
}

function hasMarker(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 4096));
  return start.split("\n", 3).some((line) => line.includes(MARKER));
}
