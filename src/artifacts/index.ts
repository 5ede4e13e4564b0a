// In:  a plan.
// Out: artifacts, path and text, all in memory.
// Does not know: the manifest, the disk, or whether a file exists already.

import type { Diagnostic } from "../diagnostics/index.ts";
import type { Plan } from "../plan/index.ts";
import type { Artifact } from "./artifact.ts";
import { componentLimits, emitComponent } from "./component/index.ts";
import { emitDocs } from "./docs/index.ts";
import { emitGitlab } from "./gitlab/index.ts";
import { emitTerraform, terraformLimits } from "./terraform/index.ts";
import { header } from "./text/header.ts";
import { emitOpenbao, emitVault } from "./vault/index.ts";

export { MARKER, type Artifact } from "./artifact.ts";
export * from "./scaffold/index.ts";

/** What a target of the plan cannot express: with an error among them, nothing may be emitted. */
export function limitsOf(plan: Plan): readonly Diagnostic[] {
  return [
    plan.targets.includes("terraform") ? terraformLimits(plan) : [],
    plan.targets.includes("component") ? componentLimits(plan) : [],
  ].flat();
}

/** Every file of a plan, sorted by path. */
export function emit(plan: Plan): readonly Artifact[] {
  const attributes: Artifact = {
    path: ".gitattributes",
    // GitLab folds marked files in merge requests, GitHub mirrors by the other attribute; `eol` keeps the bytes.
    text: `# ${header(plan.manifest)}\n* text eol=lf gitlab-generated linguist-generated\n`,
    ownership: "generated",
  };
  const halves = [
    plan.targets.includes("gitlab") ? emitGitlab(plan) : [],
    plan.targets.includes("vault") ? emitVault(plan) : [],
    plan.targets.includes("openbao") ? emitOpenbao(plan) : [],
    plan.targets.includes("terraform") ? emitTerraform(plan) : [],
    plan.targets.includes("docs") ? emitDocs(plan) : [],
    plan.targets.includes("component") ? emitComponent(plan) : [],
  ];
  return [attributes, ...halves.flat()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
