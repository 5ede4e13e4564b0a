import type { Context, Project } from "../../src/access/index.ts";
import {
  branch,
  type Context as GitlabContext,
  type Project as GitlabProject,
} from "../support/gitlab/context.ts";

/** The facts as the tests' own GitLab knows them: its claims and variables share no code with the product. */
export function asGitlab(facts: Context): GitlabContext {
  const { project, kind, ref, source, fork, environment, claims } = facts;
  return branch(ref, {
    project: asProject(project),
    refType: kind === "tag" ? "tag" : "branch",
    protected: facts.protected,
    source,
    user: {
      id: Number(claims?.["user_id"] ?? 66),
      login: String(claims?.["user_login"] ?? "mallory"),
      accessLevel: "developer",
    },
    ...(kind === "merge-request"
      ? { mergeRequest: { target: "main", ...(fork === undefined ? {} : { fromFork: asProject(fork) }) } }
      : {}),
    ...(environment === undefined
      ? {}
      : {
          environment: {
            name: environment.name,
            protected: environment.protected,
            tier: environment.tier as "production",
          },
        }),
  });
}

function asProject({ id, path, namespaceId }: Project): GitlabProject {
  return {
    id: Number(id),
    path,
    namespace: { id: Number(namespaceId), path: path.split("/").slice(0, -1).join("/") },
  };
}
