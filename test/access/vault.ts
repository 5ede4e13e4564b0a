import type { BoundClaims } from "../../src/access/index.ts";

/**
 * The tests' own reading of the JWT auth plugin's `claims.go`: AND over the role's claims, OR over values, equality of
 * value and type, and ryanuber/go-glob where the role says `glob`. Shares no code with the product.
 */
export function vaultAdmits(bound: BoundClaims, token: Readonly<Record<string, unknown>>): boolean {
  for (const [claim, expected] of Object.entries(bound.claims)) {
    const actual = token[claim];
    if (actual === undefined || actual === null) return false;
    const found = list(actual).some((have) =>
      list(expected).some((want) => {
        if (bound.type !== "glob") return want === have;
        return typeof want === "string" && typeof have === "string" && goGlob(want, have);
      }),
    );
    if (!found) return false;
  }
  return true;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** As ryanuber/go-glob v1.0.0 goes about it. */
export function goGlob(pattern: string, subject: string): boolean {
  if (pattern === "") return subject === pattern;
  if (pattern === "*") return true;
  const parts = pattern.split("*");
  if (parts.length === 1) return subject === pattern;
  const leading = pattern.startsWith("*");
  const trailing = pattern.endsWith("*");
  const end = parts.length - 1;
  let rest = subject;
  for (let index = 0; index < end; index++) {
    const part = parts[index] ?? "";
    const at = rest.indexOf(part);
    if (index === 0) {
      if (!leading && at !== 0) return false;
    } else if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return trailing || rest.endsWith(parts[end] ?? "");
}
