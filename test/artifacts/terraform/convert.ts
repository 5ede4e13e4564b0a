/**
 * What Terraform and the provider hashicorp/vault make of our `.tf.json`, written from their documents and not from our
 * code: strings are templates (hcl json/spec.md); `bound_claims` are split at commas and trimmed, always to a list,
 * unless parsing is disabled (vault/resource_jwt_auth_backend_role.go).
 */
export function toApi(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { disable_bound_claims_parsing, bound_claims, ...rest } = evaluate(body) as Record<string, unknown>;
  // Where it is written, not what is written there.
  for (const name of ["backend", "role_name", "namespace", "depends_on"]) delete rest[name];
  const claims = Object.entries(bound_claims as Record<string, string>).map(([claim, text]) => [
    claim,
    disable_bound_claims_parsing === true ? [text] : text.split(",").map(goTrim),
  ]);
  return { ...rest, bound_claims: Object.fromEntries(claims), claim_mappings: {} };
}

/** Go's unicode.IsSpace. */
function goTrim(text: string): string {
  const space = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
  return text.replace(new RegExp(`^${space}|${space}$`, "g"), "");
}

/** Data after Terraform evaluated the templates in it. */
export function evaluate(data: unknown): unknown {
  if (typeof data === "string") return template(data);
  if (Array.isArray(data)) return data.map(evaluate);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [template(key), evaluate(value)]));
}

/** Literal text, `$${` and `%%{`, and interpolations of one quoted string; throws at any other expression. */
function template(text: string): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const doubled = /^(?:\$\$\{|%%\{)/.exec(rest)?.[0];
    const quoted = /^\$\{"((?:[^"\\$%]|[$%](?!\{))*)"\}/.exec(rest);
    if (/^(?:\$\$+\$\{|%%+%\{)/.test(rest)) throw new Error(`ambiguous: ${rest}`);
    if (doubled !== undefined) result += doubled.slice(1);
    else if (quoted !== null) result += quoted[1] ?? "";
    else if (/^[$%]\{/.test(rest)) throw new Error(`an expression: ${rest}`);
    else result += text[at] ?? "";
    at += doubled?.length ?? quoted?.[0].length ?? 1;
  }
  return result.normalize("NFC");
}

/** A role without what is the same to the server: one value or a list of one, order of sets, length of one address. */
export function canonical(role: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const claims = Object.entries(role["bound_claims"] as Record<string, string | string[]>);
  const set = (values: unknown, map: (text: string) => string = (text) => text) =>
    (values as string[]).map(map).toSorted();
  return {
    ...role,
    bound_claims: Object.fromEntries(claims.map(([claim, value]) => [claim, [value].flat().toSorted()])),
    token_policies: set(role["token_policies"], (name) => name.toLowerCase()),
    token_bound_cidrs: set(role["token_bound_cidrs"], (range) => range.replace(/\/(?:32|128)$/, "")),
  };
}
