import { atKey, atValue, closest, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import type { ManifestEnvironment, ManifestRef } from "../manifest/index.ts";
import type { RefRule } from "./model.ts";

/** Pipeline sources of GitLab (`CI_PIPELINE_SOURCE`, the claim `pipeline_source`). */
export const SOURCES: readonly string[] = [
  "api",
  "chat",
  "container_registry_push",
  "external",
  "external_pull_request_event",
  "merge_request_event",
  "ondemand_dast_scan",
  "ondemand_dast_validation",
  "parent_pipeline",
  "pipeline",
  "push",
  "schedule",
  "security_orchestration_policy",
  "trigger",
  "web",
  "webide",
];

export function readRefs(
  refs: ManifestEnvironment["refs"],
  origin: Route,
  defaultBranch: string,
  found: Diagnostic[],
): readonly RefRule[] {
  if (Array.isArray(refs))
    return refs.map((ref, index) => readRef(ref, [...origin, index], defaultBranch, found));
  return [readRef(refs, origin, defaultBranch, found)];
}

function readRef(ref: ManifestRef, origin: Route, defaultBranch: string, found: Diagnostic[]): RefRule {
  switch (ref) {
    case "default-branch":
      return { kind: "branch", pattern: defaultBranch, protected: undefined, origin };
    case "protected-branches":
      return { kind: "branch", pattern: undefined, protected: true, origin };
    case "protected-tags":
      return { kind: "tag", pattern: undefined, protected: true, origin };
    case "merge-requests":
      return { kind: "merge-request", pattern: undefined, protected: undefined, origin };
    default: {
      const kind = "branch" in ref ? "branch" : "tag";
      const pattern = "branch" in ref ? ref.branch : ref.tag;
      checkPattern(pattern, [...origin, kind], found);
      return { kind, pattern: pattern === "*" ? undefined : pattern, protected: ref.protected, origin };
    }
  }
}

/** Git's own rules for names (`git check-ref-format`), and the wildcard that GitLab and Vault share. */
export function checkPattern(pattern: string, route: Route, found: Diagnostic[]): void {
  const complain = (message: string, notes: readonly string[], help: string) =>
    found.push(report("model/bad-pattern", atValue(route), message, { notes, help }));
  if (pattern === "") {
    complain("an empty pattern matches no ref", [], "write the name, or `*` for any");
  } else if (/^refs\/(?:heads|tags)\//.test(pattern)) {
    complain(
      "GitLab's `ref` claim holds the short name",
      [],
      `write \`${pattern.replace(/^refs\/(?:heads|tags)\//, "")}\``,
    );
  } else if (/^\/.*\/$|^\^|\$$|\.\*|\.\+|\\[dw.]|\(\?|\[[^\]]*\]/.test(pattern)) {
    complain(
      "this looks like a regular expression",
      ["the only wildcard is `*`: any run of characters, `/` included"],
      "write it with `*`, for example `release-*` or `v*`",
    );
  } else if (/[\u0000-\u0020\u007f~^:?[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock$/.test(pattern)) {
    complain(
      "no git ref can have such a name",
      ["git allows no blanks, control characters, `~ ^ : ? [ \\`, `..`, `@{`, and no slash at an end"],
      "correct the pattern",
    );
  } else if (/\$\{?[A-Za-z_]|%[A-Za-z_]\w*%/.test(pattern.replace(/\$\$|%%/g, ""))) {
    complain(
      "GitLab would take this for the name of a variable",
      [
        "it puts variables into the name of a branch or tag before it evaluates `rules`: no job would be there",
      ],
      "rename the ref, or put `*` in the place of the name",
    );
  }
}

export function checkSources(
  sources: readonly string[] | undefined,
  refs: readonly RefRule[],
  origin: Route,
  found: Diagnostic[],
): void {
  for (const [index, source] of (sources ?? []).entries()) {
    if (SOURCES.includes(source)) continue;
    const meant = closest(source, SOURCES);
    found.push(
      report("model/sources", atValue([...origin, "sources", index]), "GitLab has no such pipeline source", {
        notes: [`sources: ${SOURCES.join(", ")}`],
        help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
      }),
    );
  }
  // A source that does not exist may have been meant for any of the refs.
  if (sources === undefined || sources.some((source) => !SOURCES.includes(source))) return;
  for (const { kind, origin: place } of refs) {
    const mergeRequest = kind === "merge-request";
    const usable = sources.some((source) => (source === "merge_request_event") === mergeRequest);
    if (usable) continue;
    found.push(
      report(
        "model/sources",
        atKey([...origin, "sources"]),
        `these sources exclude ${mergeRequest ? "merge requests" : `every ${kind} pipeline`}`,
        {
          also: [{ place: atValue(place), text: "which this ref rule needs" }],
          help: mergeRequest
            ? "add `merge_request_event`, or remove `merge-requests`"
            : "add, for example, `push`, or remove the ref rule",
        },
      ),
    );
  }
}
