import { MARKER } from "../artifact.ts";

/** The first line of every generated file that can carry a comment: what made it, from what, and how to change it. */
export function header(manifest: string): string {
  return `${MARKER} from ${manifest}. Edit that, then run: ci-vault-gen ${manifest}`;
}
