import { atValue, type Diagnostic, report } from "../../diagnostics/index.ts";
import { type EnvironmentPlan, OWN_PROJECT, type Plan, type RolePlan } from "../../plan/index.ts";
import { claimAttributes, survivesParsing } from "./claims.ts";

/** What the provider or Terraform would change on the way to the server: it is refused, since a role must not widen. */
export function terraformLimits(plan: Plan): readonly Diagnostic[] {
  return plan.environments.flatMap((environment) => [
    ...perProject(environment),
    ...environment.roles.flatMap((role) => splitClaims(environment, role)),
    ...environment.roles.flatMap((role) => recomposed(environment, textsOf(role))).slice(0, 1),
    ...recomposed(
      environment,
      environment.policy.grants.map(({ path }) => path),
    ),
  ]);
}

/** The accessor could be put in (`vault_jwt_auth_backend.jwt.accessor`), but not where another module owns the method. */
function perProject({ policy, origin, name }: EnvironmentPlan): readonly Diagnostic[] {
  if (policy.grants.every(({ path }) => !path.includes(OWN_PROJECT))) return [];
  return [
    report(
      "artifacts/terraform-value",
      atValue(origin),
      `Terraform cannot write the policy of \`${name}\`, which has a path for each project`,
      {
        notes: ["the policy needs the accessor of the auth method, which this module may not own"],
        help: "use the target `vault` or `openbao`: setup.sh asks the server for it",
      },
    ),
  ];
}

function splitClaims(environment: EnvironmentPlan, role: RolePlan): readonly Diagnostic[] {
  if (claimAttributes(role) !== undefined) return [];
  const entries = Object.entries(role.bound.claims).map(([claim, value]) => [claim, [value].flat()] as const);
  const several = entries.filter(([, values]) => values.length > 1).map(([claim]) => claim);
  const split = entries.filter(([, values]) => !values.every(survivesParsing)).map(([claim]) => claim);
  return [
    report(
      "artifacts/terraform-value",
      atValue(role.origins[0] ?? environment.origin),
      `Terraform would split a value of the role \`${role.name}\` at its comma`,
      {
        notes: [
          `the provider reads the text of a claim as a list; here ${split.join(", ")} has a comma or a blank at an end`,
          `it can be told not to, but only for the whole role, and ${several.join(", ")} ${several.length === 1 ? "has" : "have"} several values`,
        ],
        help: "match the comma with `*`, give each value its own environment, or apply the role with the target `vault`",
      },
    ),
  ];
}

/** Terraform stores every text in the Unicode form NFC: a ref or a path in another form would become another one. */
function recomposed(environment: EnvironmentPlan, texts: readonly string[]): readonly Diagnostic[] {
  if (texts.every((text) => text.normalize("NFC") === text)) return [];
  return [
    report(
      "artifacts/terraform-value",
      atValue(environment.origin),
      `Terraform would rewrite a text of \`${environment.name}\` in another Unicode form`,
      {
        notes: ["it composes letters and accents (NFC); Git and Vault compare bytes"],
        help: "write the text in NFC if the ref or the path has that form, or use the target `vault`",
      },
    ),
  ];
}

function textsOf(role: RolePlan): readonly string[] {
  return Object.values(role.bound.claims).flat();
}
