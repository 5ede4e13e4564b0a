import { posix } from "node:path";
import { emit } from "../../artifacts/index.ts";
import type { Host } from "../../host/index.ts";
import type { Compiled } from "../compile.ts";

/** The Vault half as it would be applied: texts, by the names that they would get on the server. */
export interface Half {
  readonly authConfig: string;
  readonly policies: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, string>;
}

/** What follows from the manifest, whether or not a target writes it. */
export function halfOfPlan({ plan }: Compiled): Half {
  const files = emit({ ...plan, targets: ["vault"] });
  const named = (folder: string, extension: string) =>
    new Map(
      files
        .filter(({ path }) => path.startsWith(`vault/${folder}/`) && path.endsWith(extension))
        .map(({ path, text }) => [posix.basename(path, extension), text]),
    );
  return {
    authConfig: files.find(({ path }) => path === "vault/auth-config.json")?.text ?? "",
    policies: named("policies", ".hcl"),
    roles: named("roles", ".json"),
  };
}

/** What lies on the disk, with whatever was changed there by hand; `problem` says what is missing. */
export function halfOnDisk(
  host: Host,
  { plan, root }: Compiled,
): Half | { readonly problem: string; readonly roles?: undefined } {
  const target = (["vault", "openbao"] as const).find((name) => plan.targets.includes(name));
  if (target === undefined)
    return { problem: "`outputs` names neither vault nor openbao: there are no files to prove" };
  const folder = posix.join(root, target);
  const shown = posix.relative(host.cwd, folder);
  const text = (path: string) => {
    const bytes = host.readFile(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const named = (name: string, extension: string) =>
    new Map(
      host
        .list(posix.join(folder, name))
        .filter((file) => file.endsWith(extension))
        .map((file) => [posix.basename(file, extension), text(posix.join(folder, name, file)) ?? ""]),
    );
  const authConfig = text(posix.join(folder, "auth-config.json"));
  if (authConfig === undefined) return { problem: `there is no ${shown}/auth-config.json: generate first` };
  return { authConfig, policies: named("policies", ".hcl"), roles: named("roles", ".json") };
}
