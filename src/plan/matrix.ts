import { claimsOf, judge, type RoleView, type Row } from "../access/index.ts";
import type { Version } from "../model/index.ts";
import type { EnvironmentPlan, Grant, Plan, RolePlan } from "./plan.ts";

/** What there is to read: the secrets of an environment, or one path. */
export interface Column {
  readonly name: string;
  readonly roles: readonly RolePlan[];
}

export interface Cell {
  /** The role that admits the context; absent: none does. */
  readonly role?: string;
  /** For a denial, the claims in the way of the role that comes nearest. */
  readonly deniedBy: readonly string[];
  /** What else is to be said of the cell, for example that it is not as it should be. */
  readonly mark?: string;
}

export interface Line {
  readonly row: Row;
  /** One for each column, in their order. */
  readonly cells: readonly Cell[];
}

export interface Matrix {
  readonly columns: readonly Column[];
  readonly lines: readonly Line[];
}

/** Who may read what: every context against the roles as they are emitted. */
export function fillMatrix(
  rows: readonly Row[],
  columns: readonly Column[],
  { token }: Plan,
  version: Version,
): Matrix {
  const lines = rows.map((row) => {
    const aud = token.audience === undefined ? {} : { aud: token.audience };
    const claims = { ...claimsOf(row.context, version), ...aud };
    return {
      row,
      cells: columns.map(({ roles }) =>
        cellOf(
          roles.map((role) => viewOf(role, token)),
          claims,
        ),
      ),
    };
  });
  return { columns, lines };
}

/** What these roles say to a token with these claims. */
export function cellOf(roles: readonly RoleView[], claims: Readonly<Record<string, unknown>>): Cell {
  let nearest: readonly string[] | undefined;
  for (const role of roles) {
    const deniedBy = judge(role, claims).flatMap(({ claim, result }) => (result === "ok" ? [] : [claim]));
    if (deniedBy.length === 0) return { role: role.name, deniedBy };
    if (nearest === undefined || deniedBy.length < nearest.length) nearest = deniedBy;
  }
  return { deniedBy: nearest ?? [] };
}

/** A role as the server will see it. */
export function viewOf(role: RolePlan, token: Plan["token"]): RoleView {
  return {
    name: role.name,
    bound_audiences: token.audience === undefined ? [] : [token.audience],
    bound_claims_type: role.bound.type,
    bound_claims: role.bound.claims,
    token_policies: role.policies,
  };
}

/** One column per environment. */
export function environmentColumns(plan: Plan): readonly Column[] {
  return plan.environments.map(({ name, roles }) => ({ name, roles }));
}

/** One column per path of the server, in the order of the environments; several environments may lead to one. */
export function pathColumns(plan: Plan): readonly Column[] {
  const columns = new Map<string, RolePlan[]>();
  for (const environment of plan.environments)
    for (const { path } of grantsOf(environment))
      columns.set(path, [...(columns.get(path) ?? []), ...environment.roles]);
  return [...columns].map(([name, roles]) => ({ name, roles }));
}

/** Every secret's path that the environment's policy grants: not what ends the token and its leases. */
export function grantsOf({ policy }: EnvironmentPlan): readonly Grant[] {
  return policy.grants.filter(({ path }) => !/^(?:auth|sys)\//.test(path));
}
