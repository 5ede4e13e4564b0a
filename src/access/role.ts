import { matches } from "./pattern.ts";

/** A role as data: what the generator is about to write, or what was read back from a file. */
export interface RoleView {
  readonly name: string;
  readonly bound_claims_type: string;
  readonly bound_claims: Readonly<Record<string, unknown>>;
  readonly bound_audiences: readonly string[];
  readonly token_policies: readonly string[];
}

/** One bound claim and what the token says about it. */
export interface Verdict {
  readonly claim: string;
  readonly wanted: readonly unknown[];
  readonly actual: unknown;
  /** `type`: the text is right but one of the two is no text, which Vault tells apart. */
  readonly result: "ok" | "missing" | "differs" | "type";
}

/**
 * What Vault and OpenBao do with `bound_claims` at a login (`claims.go` of the JWT auth plugin): every claim must be
 * there and one of its values must equal, type and all, one of the role's. With `glob`, values of the role are patterns
 * and claims that are no text never match. Says all claims at once, where the server names one at random.
 */
export function judge(role: RoleView, claims: Readonly<Record<string, unknown>>): readonly Verdict[] {
  const audience = judgeAudience(role.bound_audiences, claims["aud"]);
  const bound = Object.keys(role.bound_claims).map((claim) => judgeClaim(role, claim, claims));
  return audience === undefined ? bound : [audience, ...bound];
}

/** Would the server let the token in? Stops at the first claim that fails. */
export function admits(role: RoleView, claims: Readonly<Record<string, unknown>>): boolean {
  for (const claim of Object.keys(role.bound_claims))
    if (judgeClaim(role, claim, claims).result !== "ok") return false;
  return (judgeAudience(role.bound_audiences, claims["aud"])?.result ?? "ok") === "ok";
}

function judgeClaim(role: RoleView, claim: string, claims: Readonly<Record<string, unknown>>): Verdict {
  const value = role.bound_claims[claim];
  const wanted: readonly unknown[] = Array.isArray(value) ? value : [value];
  const actual = claimAt(claims, claim);
  if (actual === undefined || actual === null) return { claim, wanted, actual: undefined, result: "missing" };
  const values: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  const isGlob = role.bound_claims_type === "glob";
  const same = (want: unknown, have: unknown) =>
    isGlob ? typeof want === "string" && typeof have === "string" && matches(want, have) : want === have;
  if (wanted.some((want) => values.some((have) => same(want, have))))
    return { claim, wanted, actual, result: "ok" };
  const alike = wanted.some((want) => values.some((have) => want !== have && String(want) === String(have)));
  return { claim, wanted, actual, result: alike ? "type" : "differs" };
}

/**
 * One of the role's audiences must be one of the token's, to the letter. A token with an audience is refused by a role
 * that expects none (Vault 1.15.9, 1.16.3, 1.17; OpenBao always).
 */
function judgeAudience(wanted: readonly string[], actual: unknown): Verdict | undefined {
  if (actual === undefined || actual === null || actual === "")
    return wanted.length === 0 ? undefined : { claim: "aud", wanted, actual: undefined, result: "missing" };
  const values: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  const fits = wanted.some((want) => values.includes(want));
  return { claim: "aud", wanted, actual, result: fits ? "ok" : "differs" };
}

/** A name that begins with `/` is a JSON pointer, any other a key at the top. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (!name.startsWith("/")) return Object.hasOwn(claims, name) ? claims[name] : undefined;
  let value: unknown = claims;
  for (const step of name.slice(1).split("/")) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A role read back from its JSON; `undefined` when it is none. */
export function readRole(name: string, json: string): RoleView | undefined {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof data !== "object" || data === null) return undefined;
  const { bound_claims, bound_claims_type, bound_audiences, token_policies } = data as Record<
    string,
    unknown
  >;
  const isMap = typeof bound_claims === "object" && bound_claims !== null && !Array.isArray(bound_claims);
  return {
    name,
    bound_claims: isMap ? (bound_claims as Record<string, unknown>) : {},
    // What Vault takes when the field is absent.
    bound_claims_type: typeof bound_claims_type === "string" ? bound_claims_type : "string",
    bound_audiences: listOf(bound_audiences),
    token_policies: listOf(token_policies),
  };
}

/** Lists of text may be written as one text with commas (`CommaStringSlice`). */
function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" && value !== "" ? value.split(",").map((part) => part.trim()) : [];
}
