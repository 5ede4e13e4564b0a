import {
  type Context,
  contextsOfCondition,
  contextsOfRole,
  describeContext,
  readCondition,
  type Row,
  type Rule,
  rulesOf,
  type RoleView,
  standardRows,
} from "../../access/index.ts";
import type { Compiled } from "../compile.ts";
import { settingOf } from "../matrix/index.ts";

/** More would take longer and tell nothing that people would read. */
const MOST = 400;

/**
 * The rows of the matrix; and for every role that is about to be applied the contexts that stand for all it may admit,
 * for every job those in which it runs. So a role that somebody widened by hand is asked by the context that it lets in.
 */
export function rowsToAsk(
  { model, plan }: Compiled,
  roles: readonly RoleView[],
): { readonly standard: readonly Row[]; readonly further: readonly Row[] } {
  const standard = standardRows(settingOf(model));
  const rulesFor = new Map<string, readonly Rule[]>();
  const jobs: Context[] = [];
  for (const environment of model.environments) {
    const rules = rulesOf(environment, model.gitlab);
    const planned = plan.environments.find(({ name }) => name === environment.name);
    for (const { name, conditions } of planned?.roles ?? []) {
      rulesFor.set(name, rules);
      for (const text of conditions) jobs.push(...contextsOfCondition(readCondition(text) ?? [], rules));
    }
  }
  const all = settingOf(model).rules;
  const further = [
    ...roles.flatMap((role) => contextsOfRole(role, rulesFor.get(role.name) ?? all)),
    ...jobs,
  ].map((context): Row => ({ id: describeContext(context), context }));
  const seen = new Set(standard.map(({ context }) => describeContext(context)));
  const fresh = further.filter(({ id }) => seen.size < seen.add(id).size);
  return { standard, further: spread(fresh, MOST) };
}

/** At most so many of a list, from all of it. */
function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const step = list.length / most;
  return Array.from({ length: most }, (_, index) => list[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  );
}
