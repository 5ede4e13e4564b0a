import { atKey, type Diagnostic, report } from "../diagnostics/index.ts";
import { type Environment, type Model, OWN_PROJECT } from "../model/index.ts";
import type { EnvironmentPlan, Plan } from "./plan.ts";
import { apiPath } from "./reads.ts";

/** Two entries of the manifest that lead to one path: whoever may read the one may read the other. */
export function sharedPaths(model: Model): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const owners = new Map<string, { environment: string; origin: Environment["origin"] }>();
  for (const environment of model.environments) {
    for (const secret of environment.secrets) {
      const path = apiPath(secret);
      const other = owners.get(path) ?? [...owners].find(([known]) => isInstance(known, path))?.[1];
      if (other === undefined) owners.set(path, { environment: environment.name, origin: secret.origin });
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

/** Is one of two paths what the other one is for some project? */
function isInstance(one: string, other: string): boolean {
  if (one.includes(OWN_PROJECT) === other.includes(OWN_PROJECT)) return false;
  const [open, written] = one.includes(OWN_PROJECT) ? [one, other] : [other, one];
  const parts = open.split(OWN_PROJECT).map((part) => part.replace(/[\\^$.|?*+()[\]{}/-]/g, "\\$&"));
  return new RegExp(`^${parts.join("\\d+")}$`).test(written);
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
