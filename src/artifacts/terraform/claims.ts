import type { RolePlan } from "../../plan/index.ts";

/** The attributes of a role that say who may use it. */
export interface ClaimAttributes {
  readonly bound_claims_type: "string" | "glob";
  readonly bound_claims: Readonly<Record<string, string>>;
  readonly disable_bound_claims_parsing?: true;
}

/**
 * `bound_claims` as the provider takes them: one text per claim, which it splits at commas and trims
 * (vault/resource_jwt_auth_backend_role.go). A value with a comma would become two, and admit more than was asked for;
 * so parsing is turned off, for the whole role. `undefined` where another claim of the role needs it.
 */
export function claimAttributes({ bound }: RolePlan): ClaimAttributes | undefined {
  const entries = Object.entries(bound.claims).map(([claim, value]) => [claim, [value].flat()] as const);
  const claims = Object.fromEntries(entries.map(([claim, values]) => [claim, values.join(",")]));
  const whole = { bound_claims_type: bound.type, bound_claims: claims };
  if (entries.every(([, values]) => values.every(survivesParsing))) return whole;
  if (entries.some(([, values]) => values.length !== 1)) return undefined;
  return { ...whole, disable_bound_claims_parsing: true };
}

/** Go's strings.TrimSpace removes what Unicode calls white space; so does `trim`, and the byte order mark besides. */
export function survivesParsing(value: string): boolean {
  return !value.includes(",") && value.trim() === value && !/^\u0085|\u0085$/.test(value);
}
