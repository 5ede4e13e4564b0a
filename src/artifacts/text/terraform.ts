/**
 * A string of `.tf.json` that means exactly this text: Terraform reads every string there as a template
 * (github.com/hashicorp/hcl json/spec.md). `${` and `%{` have an escape, the doubled sign; after a further sign of the
 * same kind it would be ambiguous, so a run of them is written as an expression, `${"$$"}{`.
 */
export function literal(text: string): string {
  return text.replace(/(\$+|%+)\{/g, (_, run: string) =>
    run.length === 1 ? `${run}${run}{` : `\${"${run}"}{`,
  );
}

/** `literal` on every string in the data, names of keys included. */
export function literals(data: unknown): unknown {
  if (typeof data === "string") return literal(data);
  if (Array.isArray(data)) return data.map(literals);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [literal(key), literals(value)]));
}

/**
 * The name of a resource, from the name of a role or policy: letters, digits, `_` and `-`. Different names stay
 * different, and a name does not depend on the others: `_` is doubled, `.` becomes `_-`, a digit in front gets a `_`.
 */
export function resourceName(name: string): string {
  return name.replaceAll("_", "__").replaceAll(".", "_-").replace(/^\d/, "_$&");
}
