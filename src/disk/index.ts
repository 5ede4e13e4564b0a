// In:  artifacts, and the tree below the output folder as it stands.
// Out: the changes that would make the tree right, or refusals; their diff and drift; and the one writer, `apply`.
// Does not know: manifests, plans, formats, or what is inside a file beyond the generator's marker.

export { apply } from "./apply.ts";
export { drift, type Change, type ChangeSet, type Drift } from "./change.ts";
export { compare } from "./compare.ts";
export { LEDGER } from "./path.ts";
export { placeScaffolds } from "./scaffold.ts";
export { renderDiff } from "./unified.ts";
