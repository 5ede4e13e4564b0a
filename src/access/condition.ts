import type { Context } from "./context.ts";
import { VARIABLES } from "./expression.ts";
import { matches } from "./pattern.ts";

/** One term of an emitted `rules: if:`, read back from its text. */
export type Term =
  | { readonly variable: string; readonly is: "set" }
  | { readonly variable: string; readonly is: "same"; readonly as: string }
  | { readonly variable: string; readonly is: "one-of"; readonly patterns: readonly string[] };

/**
 * Reads an emitted expression back, knowing nothing of the rule it came from. `undefined` when it is not of the few
 * forms that are emitted: then nothing can be said about it.
 */
export function readCondition(text: string): readonly Term[] | undefined {
  const terms: Term[] = [];
  let rest = text;
  for (;;) {
    const match =
      /^\$(\w+)(?: == "([^"]*)"| == '([^']*)'| == \$(\w+)| =~ \/\^((?:[^\\/]|\\.)+)\$\/)?(?: && |$)/.exec(
        rest,
      );
    const variable = match?.[1];
    if (match === null || variable === undefined) return undefined;
    const [whole, , double, single, other, regex] = match;
    const literal = double ?? single;
    if (literal !== undefined) terms.push({ variable, is: "one-of", patterns: [literal] });
    else if (other !== undefined) terms.push({ variable, is: "same", as: other });
    else if (regex === undefined) terms.push({ variable, is: "set" });
    else {
      const patterns = readRegex(regex);
      if (patterns === undefined) return undefined;
      terms.push({ variable, is: "one-of", patterns });
    }
    rest = rest.slice(whole.length);
    if (rest === "") return whole.endsWith(" && ") ? undefined : terms;
  }
}

/** `(main|release\/.*)` -> `main`, `release/*`. */
function readRegex(regex: string): readonly string[] | undefined {
  const group = /^\((.*)\)$/s.exec(regex)?.[1];
  const inner = group ?? regex;
  const patterns = [""];
  for (const piece of inner.matchAll(/\\(.)|\.\*|\||[^\\]/gsu)) {
    const [text, escaped] = piece;
    if (text === "|") {
      // Without the group, the anchors would belong to the first and the last alternative only.
      if (group === undefined) return undefined;
      patterns.push("");
    } else if (text === ".*") patterns.push(`${patterns.pop() ?? ""}*`);
    // A bare special character would mean something else than itself.
    else if (escaped === undefined && /[\\^$.?*+()[\]{}]/.test(text)) return undefined;
    else patterns.push(`${patterns.pop() ?? ""}${escaped ?? text}`);
  }
  return patterns;
}

/** Is the expression true in this context? */
export function holds(terms: readonly Term[], context: Context): boolean {
  return terms.every((term) => {
    const value = variableOf(term.variable, context);
    switch (term.is) {
      case "set":
        return value !== undefined && value !== "";
      case "same":
        return value === variableOf(term.as, context);
      case "one-of":
        return value !== undefined && term.patterns.some((pattern) => matches(pattern, value));
      default:
        return term satisfies never;
    }
  });
}

/** A predefined CI/CD variable that emitted expressions look at (`lib/gitlab/ci/variables/builder/pipeline.rb`). */
function variableOf(name: string, context: Context): string | undefined {
  const { project, kind, ref, fork } = context;
  const claim = CLAIMS[name];
  const told = claim === undefined ? undefined : context.claims?.[claim];
  if (typeof told === "string") return told;
  switch (name) {
    case "CI_PROJECT_ID":
      return project.id;
    case "CI_PROJECT_PATH":
      return project.path;
    case "CI_PROJECT_NAMESPACE":
      return project.path.split("/").slice(0, -1).join("/");
    case "CI_PROJECT_NAMESPACE_ID":
      return project.namespaceId;
    case "CI_COMMIT_BRANCH":
      return kind === "branch" ? ref : undefined;
    case "CI_COMMIT_TAG":
      return kind === "tag" ? ref : undefined;
    case "CI_COMMIT_REF_PROTECTED":
      return String(context.protected);
    case "CI_PIPELINE_SOURCE":
      return context.source;
    case "CI_MERGE_REQUEST_SOURCE_PROJECT_ID":
      return kind === "merge-request" ? (fork ?? project).id : undefined;
    case "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME":
      return kind === "merge-request" ? ref : undefined;
    default:
      return undefined;
  }
}

/** The claim that says the same as a variable. */
const CLAIMS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(VARIABLES).map(([claim, variable]) => [variable, claim]),
);
