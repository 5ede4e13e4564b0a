import { describePart, difference, describeContext, type Rule, rulesOf } from "../../access/index.ts";
import { grantsOf } from "../../plan/index.ts";
import type { Compiled } from "../compile.ts";

/** Paths of the server with the same change. */
export interface Change {
  readonly paths: readonly string[];
  /** The environments whose secrets they are, before or after. */
  readonly environments: readonly string[];
  readonly opened: readonly Place[];
  readonly closed: readonly Place[];
}

/** From where, in words, and one context of it. */
export interface Place {
  readonly from: string;
  readonly example: string;
}

export interface AccessDiff {
  readonly changes: readonly Change[];
  readonly unchanged: number;
  /** Of the whole: what else lets more tokens in, or lets them do more. */
  readonly also: readonly { readonly text: string; readonly widens: boolean }[];
  readonly widened: boolean;
  readonly narrowed: boolean;
}

interface Access {
  readonly environments: readonly string[];
  readonly rules: readonly Rule[];
}

/** What becomes readable from where, and what no longer is. */
export function compareAccess(old: Compiled, next: Compiled): AccessDiff {
  const before = accessOf(old);
  const after = accessOf(next);
  const changes = new Map<string, Change>();
  let unchanged = 0;
  for (const path of [...new Set([...before.keys(), ...after.keys()])].toSorted()) {
    const [was, is] = [before.get(path), after.get(path)];
    const opened = places(is?.rules ?? [], was?.rules ?? []);
    const closed = places(was?.rules ?? [], is?.rules ?? []);
    if (opened.length === 0 && closed.length === 0) {
      unchanged++;
      continue;
    }
    const environments = [...new Set([...(was?.environments ?? []), ...(is?.environments ?? [])])];
    const key = JSON.stringify([environments, opened, closed]);
    const known = changes.get(key);
    changes.set(key, { paths: [...(known?.paths ?? []), path], environments, opened, closed });
  }
  const list = [...changes.values()];
  const also = alsoChanged(old, next);
  return {
    changes: list,
    unchanged,
    also,
    widened: list.some(({ opened }) => opened.length > 0) || also.some(({ widens }) => widens),
    narrowed: list.some(({ closed }) => closed.length > 0),
  };
}

function places(rules: readonly Rule[], others: readonly Rule[]): readonly Place[] {
  const found = new Map<string, string>();
  for (const part of difference(rules, others))
    for (const from of describePart(part)) found.set(from, found.get(from) ?? describeContext(part.example));
  return [...found].map(([from, example]) => ({ from, example }));
}

/** Each path, and each way to use it, with the rules of all environments that lead to it. */
function accessOf({ model, plan }: Compiled): ReadonlyMap<string, Access> {
  const found = new Map<string, Access>();
  for (const environment of model.environments) {
    const planned = plan.environments.find(({ name }) => name === environment.name);
    if (planned === undefined) continue;
    for (const { path, capabilities } of grantsOf(planned)) {
      for (const capability of capabilities) {
        const name = capability === "read" ? path : `${path} (${capability})`;
        const known = found.get(name);
        found.set(name, {
          environments: [...(known?.environments ?? []), environment.name],
          rules: [...(known?.rules ?? []), ...rulesOf(environment, model.gitlab)],
        });
      }
    }
  }
  return found;
}

function alsoChanged(old: Compiled, next: Compiled): AccessDiff["also"] {
  const [was, is] = [old.model.vault, next.model.vault];
  const changed = (name: string, a: unknown, b: unknown) =>
    String(a) === String(b) ? [] : [{ text: `${name} ${String(a)} becomes ${String(b)}`, widens: false }];
  const cidrs =
    is.boundCidrs.length === 0 ? [] : is.boundCidrs.filter((cidr) => !was.boundCidrs.includes(cidr));
  const isFreed = was.boundCidrs.length > 0 && is.boundCidrs.length === 0;
  const policies = is.extraPolicies.filter((name) => !was.extraPolicies.includes(name));
  return [
    ...(isFreed ? [{ text: "logins from any address, which `bound_cidrs` forbade", widens: true }] : []),
    ...(was.boundCidrs.length > 0 && cidrs.length > 0
      ? [{ text: `logins from ${cidrs.join(", ")}`, widens: true }]
      : []),
    ...policies.map((name) => ({ text: `every job also gets the policy ${name}`, widens: true })),
    ...(is.tokenTtl > was.tokenTtl
      ? [{ text: `tokens live ${is.tokenTtl} s instead of ${was.tokenTtl} s`, widens: false }]
      : []),
    ...changed("the issuer", old.model.token.issuer, next.model.token.issuer),
    ...changed("the audience", old.model.token.audience ?? "none", next.model.token.audience ?? "none"),
    ...changed("the server", was.url, is.url),
    ...changed("the namespace", was.namespace ?? "none", is.namespace ?? "none"),
    ...changed("the auth method", was.authMount, is.authMount),
  ];
}
