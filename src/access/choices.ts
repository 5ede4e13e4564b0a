import type { ClaimValue, Context, EnteredEnvironment, Project } from "./context.ts";
import { specimen } from "./pattern.ts";
import { MERGE_REQUEST, type Rule } from "./rule.ts";

/** What some text says about one fact: patterns of which one must match; absent: it says nothing. */
export type Said = readonly string[] | undefined;

/** Facts to be combined in every way. */
export interface Choices {
  readonly projects: readonly Project[];
  readonly types: readonly string[];
  readonly sources: readonly string[];
  readonly refs: readonly string[];
  readonly protections: readonly boolean[];
  readonly environments: readonly (EnteredEnvironment | undefined)[];
  readonly claims: Readonly<Record<string, readonly ClaimValue[]>>;
  /** Are merge requests from other projects looked at? Only where the token can tell them apart. */
  readonly forks: boolean;
}

const NO_CLAIMS = {};

export function product(choices: Choices): readonly Context[] {
  let claimSets: Readonly<Record<string, ClaimValue>>[] = [NO_CLAIMS];
  for (const [name, values] of Object.entries(choices.claims))
    claimSets = claimSets.flatMap((set) => values.map((value) => ({ ...set, [name]: value })));
  const contexts: Context[] = [];
  for (const project of choices.projects) {
    const others = choices.forks ? choices.projects.filter(({ id }) => id !== project.id) : [];
    for (const type of choices.types) {
      for (const source of choices.sources) {
        const isRequest = source === MERGE_REQUEST;
        // No tag runs a merge request pipeline.
        if (type === "tag" && isRequest) continue;
        const kind = isRequest ? "merge-request" : type === "tag" ? "tag" : "branch";
        for (const fork of isRequest ? [undefined, ...others] : [undefined])
          for (const ref of choices.refs)
            for (const isProtected of choices.protections)
              for (const environment of choices.environments)
                for (const claims of claimSets)
                  contexts.push({
                    project,
                    kind,
                    ref,
                    protected: isProtected,
                    source,
                    ...(fork === undefined ? {} : { fork }),
                    ...(environment === undefined ? {} : { environment }),
                    ...(claimSets.length === 1 && claims === NO_CLAIMS ? {} : { claims }),
                  });
      }
    }
  }
  return contexts;
}

/** The projects of the manifest, one beside them in the same group, and a stranger; or those that were asked for. */
export function projectsOf(
  said: (claim: string) => Said,
  rules: readonly Rule[],
  isGlob: boolean,
): readonly Project[] {
  const scopes = rules.map(({ scope }) => scope);
  const own = scopes.flatMap((scope) => (scope.kind === "projects" ? scope.projects : []));
  const groups = scopes.flatMap((scope) => (scope.kind === "group" ? [scope.group] : []));
  const stranger: Project = { id: unused(own), path: "someone/else", namespaceId: unused(groups) };
  const fill = (patterns: Said) =>
    patterns
      ?.map((pattern) => (isGlob ? pattern.replaceAll("*", "1") : pattern))
      .filter((id) => /^\d+$/.test(id));
  const ids = fill(said("project_id") ?? said("job_project_id"));
  const namespaces = fill(said("namespace_id") ?? said("job_namespace_id"));
  const list: Project[] = [
    ...own.map(({ id, path }) => ({ id, path, namespaceId: namespaces?.[0] ?? "70" })),
    ...groups.map(({ id, path }) => ({ id: "1001", path: `${path}/member`, namespaceId: id })),
    ...(ids ?? []).map((id) => ({ ...stranger, id })),
    ...(namespaces ?? []).map((namespaceId) => ({ ...stranger, namespaceId })),
    stranger,
  ];
  const seen = new Set<string>();
  return list.filter(({ id, namespaceId }) => {
    const key = `${id} ${namespaceId}`;
    return seen.size < seen.add(key).size;
  });
}

function unused(taken: readonly { readonly id: string }[]): string {
  let id = 999;
  while (taken.some((owner) => owner.id === String(id))) id++;
  return String(id);
}

/** Sources that rules name, a merge request's, and one that no rule names; what people know best comes first. */
export function sourcesNear(rules: readonly Rule[]): readonly string[] {
  const named = rules.flatMap(({ sources }) => sources ?? []);
  const other = ["push", "schedule", "chat", "webide"].find((source) => !named.includes(source)) ?? "other";
  return [...new Set(other === "push" ? [other, ...named, MERGE_REQUEST] : [...named, MERGE_REQUEST, other])];
}

export function environmentsOf(
  said: (claim: string) => Said,
  rules: readonly Rule[],
): readonly (EnteredEnvironment | undefined)[] {
  const wanted = rules.flatMap(({ environment }) => environment ?? []);
  const asked = ["environment", "environment_protected", "deployment_tier"].map(said);
  const [names, protections, tiers] = asked;
  const mentioned = wanted.map(({ name }) => name);
  const entered = (names ?? [...mentioned, specimen("*", mentioned)]).flatMap((name) =>
    (protections ?? ["true", "false"]).flatMap((text) =>
      (tiers ?? [...wanted.flatMap(({ tier }) => tier ?? []), "other"]).map((tier) => ({
        name,
        protected: text === "true",
        tier,
      })),
    ),
  );
  return asked.every((one) => one === undefined) ? [undefined, ...entered] : entered;
}
