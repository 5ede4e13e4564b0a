import { posix } from "node:path";
import type { Surroundings, Template } from "../../artifacts/index.ts";
import type { Host } from "../../host/index.ts";

/** In the order in which GitLab looks for it. */
const CODEOWNERS = ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/** Folders whose folders are the parts of a monorepo. */
const PARTS = ["services", "apps"];

export function look(host: Host, root: string, services: readonly string[]): Surroundings {
  const isThere = (path: string) => host.kind(posix.join(root, path)) !== "absent";
  return {
    hasPipeline: isThere(".gitlab-ci.yml"),
    hasComponents: hasComponents(host, root),
    missingServices: services.filter((folder) => !isThere(folder)),
    codeowners: CODEOWNERS.find(isThere) ?? "CODEOWNERS",
  };
}

/** What the folder looks like; a guess, and an answer overrides it. */
export function guessTemplate(host: Host, root: string): Template {
  if (hasComponents(host, root)) return "component";
  return guessServices(host, root).length > 1 ? "monorepo" : "service";
}

export function guessServices(host: Host, root: string): readonly string[] {
  return PARTS.flatMap((parent) =>
    host
      .list(posix.join(root, parent))
      .filter((name) => /^[A-Za-z0-9][\w.-]*$/.test(name))
      .map((name) => `${parent}/${name}`)
      .filter((path) => host.kind(posix.join(root, path)) === "folder"),
  );
}

/** GitLab: `templates/NAME.yml` or `templates/NAME/template.yml`. */
function hasComponents(host: Host, root: string): boolean {
  const folder = posix.join(root, "templates");
  return host
    .list(folder)
    .some((name) => name.endsWith(".yml") || host.kind(posix.join(folder, name, "template.yml")) === "file");
}
