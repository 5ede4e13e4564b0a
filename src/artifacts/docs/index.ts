import type { Plan } from "../../plan/index.ts";
import type { Artifact } from "../artifact.ts";
import { accessMapText } from "./access-map.ts";
import { overviewText } from "./overview.ts";

/** For people: which secrets exist and who reads them, as a page of the repository and as a page to try it out. */
export function emitDocs(plan: Plan): readonly Artifact[] {
  return [
    { path: "SECRETS.md", text: overviewText(plan), ownership: "generated" },
    { path: "access-map.html", text: accessMapText(plan), ownership: "generated" },
  ];
}
