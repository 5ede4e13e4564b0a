import { atKey, atValue, type Diagnostic, report, type Route } from "../diagnostics/index.ts";
import { ENGINES } from "./engines.ts";
import type { LongForm } from "./fields.ts";
import type { Mount, Read } from "./model.ts";

/** What one engine takes and another does not. */
export function checkAgainstEngine(
  { mount, path }: { readonly mount: Mount; readonly path: string },
  secret: LongForm,
  origin: Route,
  pathRoute: Route,
  found: Diagnostic[],
): void {
  const refuse = (key: string, message: string, help: string) =>
    found.push(report("model/secret-field", atKey([...origin, key]), message, { help }));
  if (mount.engine === "kv-v2" && /^(?:data|metadata)\//.test(path)) {
    const message = "`data/` belongs to the API of KV v2, not to the path of a secret";
    const help = "leave it out: the tool adds it to requests and policies";
    found.push(report("model/unsafe-path", atValue(pathRoute), message, { help }));
  }
  if (mount.engine !== "kv-v2" && secret.version !== undefined)
    refuse("version", `\`${mount.path}\` is ${mount.engine}, which keeps no versions`, "remove `version`");
  if (secret.with !== undefined && ENGINES[mount.engine].request === "read")
    refuse("with", `\`${mount.path}\` is ${mount.engine}, which takes no parameters`, "remove `with`");
}

/** What the ways of handing a secret over take and do not take. */
export function checkOptions(
  secret: LongForm,
  reads: readonly Read[],
  origin: Route,
  found: Diagnostic[],
): void {
  const refuse = (key: string, message: string, help: string) =>
    found.push(report("model/secret-field", atKey([...origin, key]), message, { help }));
  const isFile = secret.as === "file";
  if (secret.filename !== undefined) {
    if (!isFile)
      refuse("filename", "`filename` belongs to `as: file`", "add `as: file`, or remove `filename`");
    else if (reads.length > 1)
      refuse("filename", "several fields would be one file", "give each field an entry of its own");
    else if (!/^[A-Za-z0-9._][A-Za-z0-9._-]{0,99}$/.test(secret.filename) || /^\.\.?$/.test(secret.filename))
      refuse(
        "filename",
        "this is not a plain file name",
        "for example `kubeconfig` or `.npmrc`, without a folder",
      );
  }
  if (
    secret.default !== undefined &&
    (reads.length > 1 || isFile || secret.as === "json" || secret.as === "all")
  )
    refuse(
      "default",
      "a default stands for the value of one variable",
      "use it with a single `field`, without `as`",
    );
  if (secret.default !== undefined && secret.optional === false)
    refuse("default", "a secret with a default is optional", "remove `optional: false`");
  if (secret.sensitive === false && (secret.as ?? "env") !== "env")
    refuse("sensitive", "only variables are printed", "remove `sensitive`, or `as`");
}
