import { atKey, type Diagnostic, report } from "../diagnostics/index.ts";
import { type Environment, type Model, OWN_PROJECT } from "../model/index.ts";
import type { EnvironmentPlan, Plan } from "./plan.ts";
import { apiPath } from "./reads.ts";

interface PathOwner {
  readonly environment: string;
  readonly origin: Environment["origin"];
}

/** Two entries of the manifest that lead to one path: whoever may read the one may read the other. */
export function sharedPaths(model: Model): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const owners = new Map<string, PathOwner>();
  // Paths of each project's own, which few manifests have: only those need more than a look-up.
  const open = new Map<string, RegExp>();
  for (const environment of model.environments) {
    for (const secret of environment.secrets) {
      const path = apiPath(secret);
      const isOpen = path.includes(OWN_PROJECT);
      const other = owners.get(path) ?? ownerOfKin(path, isOpen, owners, open);
      if (other === undefined) {
        owners.set(path, { environment: environment.name, origin: secret.origin });
        if (isOpen) open.set(path, instancesOf(path));
      }
      if (other === undefined || other.environment === environment.name) continue;
      // An entry for all environments is how a manifest says that a path is shared; two of them may share theirs too.
      if (secret.origin[0] === "secrets" && other.origin[0] === "secrets") continue;
      found.push(
        report(
          "access/shared-path",
          atKey(secret.origin),
          `\`${environment.name}\` and \`${other.environment}\` would read the same path`,
          {
            also: [{ place: atKey(other.origin), text: `the path of \`${other.environment}\`` }],
            notes: ["whoever may read it for one environment may then read it for the other"],
            help: "give each its own path; to share one on purpose, write one entry under the top-level `secrets:`",
          },
        ),
      );
    }
  }
  return found;
}

/** The owner of a path that is this one for some project, or that this one is for some project. */
function ownerOfKin(
  path: string,
  isOpen: boolean,
  owners: ReadonlyMap<string, PathOwner>,
  open: ReadonlyMap<string, RegExp>,
): PathOwner | undefined {
  if (isOpen) {
    const instances = instancesOf(path);
    for (const [known, owner] of owners) if (instances.test(known)) return owner;
  }
  for (const [known, instances] of open) if (instances.test(path)) return owners.get(known);
  return undefined;
}

/** What a path with a place for the project's id can be. */
function instancesOf(path: string): RegExp {
  const parts = path.split(OWN_PROJECT).map((part) => part.replace(/[\\^$.|?*+()[\]{}/-]/g, "\\$&"));
  return new RegExp(`^${parts.join("\\d+")}$`);
}

/** `staging` with a second role and an environment of that role's name would meet in Vault. */
export function sameNames(plan: Plan): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const owners = new Map<string, EnvironmentPlan>();
  for (const environment of plan.environments) {
    for (const { name } of environment.roles) {
      const other = owners.get(name);
      owners.set(name, environment);
      if (other === undefined) continue;
      found.push(
        report("model/name-collision", atKey(environment.origin), `two roles would be named \`${name}\``, {
          also: [{ place: atKey(other.origin), text: "the other one is of this environment" }],
          help: "rename one of the environments",
        }),
      );
    }
  }
  return found;
}
