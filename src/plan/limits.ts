import { atKey, atValue, type Diagnostic, report } from "../diagnostics/index.ts";
import { type Environment, type Gitlab, isAtLeast } from "../model/index.ts";

/** What the rules mean and this GitLab cannot tell apart. */
export function limits(environment: Environment, gitlab: Gitlab): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const { name, origin, refs, sources } = environment;
  const requests = refs.find(({ kind }) => kind === "merge-request");
  if (requests !== undefined && !isAtLeast(gitlab.version, 18, 4)) {
    const fromForks = !isAtLeast(gitlab.version, 18, 3);
    found.push(
      report(
        "access/fork-merge-requests",
        atValue(requests.origin),
        fromForks
          ? `on an old GitLab, forks could read the secrets of \`${name}\` in merge requests`
          : `merge requests into other projects could read the secrets of \`${name}\``,
        {
          notes: fromForks
            ? ["before GitLab 18.2.2 the token of a fork's merge request is that of the parent project"]
            : ["before GitLab 18.4 a token does not say in which project the job runs"],
          help: 'if your GitLab is 18.4 or later, set `gitlab.version: "18.4"`; else remove `merge-requests`',
        },
      ),
    );
  }
  const index = sources?.indexOf("parent_pipeline") ?? -1;
  if (index >= 0 && refs.some(({ kind }) => kind === "branch")) {
    found.push(
      report(
        "access/child-pipelines",
        atKey([...origin, "sources"]),
        `child pipelines of merge requests could read the secrets of \`${name}\` too`,
        {
          notes: [
            "a child's token says `parent_pipeline` and the branch, whether a push or a merge request began it",
          ],
          help: "read the secrets in the parent pipeline, or bind protected branches only",
        },
      ),
    );
  }
  return found;
}
