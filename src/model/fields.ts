import { atKey, atValue, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import { type ManifestSecret, PLACEHOLDERS } from "../manifest/index.ts";
import type { Read } from "./model.ts";

export type LongForm = Exclude<ManifestSecret, string>;

/** What to take from the secret at the path, and into which variables. */
export function readFields(
  label: string,
  secret: LongForm,
  { origin, short }: { readonly origin: Route; readonly short: boolean },
  found: Diagnostic[],
): readonly Read[] {
  const { field, fields } = secret;
  const as = secret.as ?? "env";
  const complain = (message: string, help: string) =>
    found.push(report("model/secret-field", atKey(origin), message, { help }));
  if (as === "json" || as === "all") {
    if (field === undefined && fields === undefined && secret.decode === undefined)
      return [{ as, variable: as === "all" ? `${label}_` : label }];
    complain(
      `\`${label}\` takes the whole secret and also names a field`,
      `\`as: ${as}\` stands alone: remove \`field\`, \`fields\` and \`decode\``,
    );
    return [];
  }
  if (field !== undefined && fields !== undefined) {
    complain(`\`${label}\` has both \`field\` and \`fields\``, "keep one of them");
    return [];
  }
  const wanted = fields ?? (field === undefined ? {} : { [label]: field });
  if (Object.keys(wanted).length === 0) {
    complain(
      `\`${label}\` does not say which field of the secret to read`,
      "add `field: NAME`, or `fields: {VARIABLE: field}`, or `as: json`",
    );
  }
  const base64 = secret.decode === "base64";
  return Object.entries(wanted).map(([variable, name]) => {
    if (name === "" || /[\u0000-\u001f\u007f]/.test(name))
      complain(
        `a field of \`${label}\` is empty or has control characters`,
        "write the field as the secret has it",
      );
    const placeholder = PLACEHOLDERS.find((word) => name.includes(`{${word}}`));
    if (placeholder !== undefined)
      found.push(
        placeholderInField(
          placeholder,
          short ? origin : [...origin, ...(fields ? ["fields", variable] : ["field"])],
        ),
      );
    return { as, variable, field: name, base64 };
  });
}

function placeholderInField(name: string, route: Route): Diagnostic {
  const message = `\`{${name}}\` can stand in a path, not in a field`;
  return report("model/unknown-placeholder", atValue(route), message, {
    notes: ["Vault grants whole paths: every environment could read the fields of the others"],
    help: "keep the environments apart by path, for example `secret/myproject/{environment}/db#password`",
  });
}
