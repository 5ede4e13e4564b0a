import { describeContext, type Finding, prove, type RoleView, rulesOf } from "../../access/index.ts";
import type { Compiled } from "../compile.ts";
import type { Difference } from "./compare.ts";

/** The proof without a server, of roles as they lie on the disk: `generate` has proven those of the manifest already. */
export function proveFiles({ model, plan }: Compiled, roles: readonly RoleView[]): readonly Difference[] {
  return model.environments.flatMap((environment) => {
    const planned = plan.environments.find(({ name }) => name === environment.name);
    if (planned === undefined) return [];
    const own = new Map(planned.roles.map(({ name, conditions }) => [name, conditions]));
    const emitted = roles
      .filter(
        ({ name, token_policies }) =>
          own.has(name) || token_policies.some((policy) => policy.toLowerCase() === planned.policy.name),
      )
      .map((role) => ({ ...role, conditions: own.get(role.name) ?? [] }));
    const { findings } = prove(rulesOf(environment, model.gitlab), emitted, plan.token.audience);
    return findings.map((finding) => ({ ...inWords(finding), environment: environment.name }));
  });
}

function inWords(finding: Finding): Omit<Difference, "environment"> {
  switch (finding.kind) {
    case "over-open":
      return {
        context: describeContext(finding.context),
        text: `the role ${finding.role} would admit it, and no ref of the manifest does`,
      };
    case "denied": {
      const claims = finding.because.map(({ claim }) => claim).join(", ");
      return {
        context: describeContext(finding.context),
        text: `a job runs and the role ${finding.role} would not admit it, by ${claims}`,
      };
    }
    case "absent":
      return { context: describeContext(finding.context), text: "the manifest allows it, and no job runs" };
    case "impossible":
      return { context: finding.role ?? "a rule", text: "no token can ever satisfy it" };
    case "unreadable":
      return { context: finding.role, text: `its condition cannot be read: ${finding.condition}` };
    default:
      return finding satisfies never;
  }
}
