import { judge, type Verdict } from "../../access/index.ts";
import { type Plan, type RolePlan, viewOf } from "../../plan/index.ts";
import type { Compiled } from "../compile.ts";
import { adviseOn } from "./advice.ts";
import type { Claims } from "./payload.ts";

export interface Answer {
  readonly environment: string;
  readonly role: RolePlan;
  readonly verdicts: readonly Verdict[];
  readonly wrong: number;
  /** What to change, for each verdict that is not ok. */
  readonly advice: ReadonlyMap<Verdict, readonly string[]>;
}

/** Role by role and claim by claim what the server would say, the role that comes nearest first. */
export function answerClaims(claims: Claims, compiled: Compiled): readonly Answer[] {
  const { plan } = compiled;
  return (
    plan.environments
      .flatMap(({ name, roles }) =>
        roles.map((role): Answer => {
          const verdicts = [...issuerVerdict(claims, plan), ...judge(viewOf(role, plan.token), claims)];
          const wrong = verdicts.filter(({ result }) => result !== "ok");
          return {
            environment: name,
            role,
            verdicts,
            wrong: wrong.length,
            advice: new Map(
              wrong.map((verdict) => [
                verdict,
                adviseOn(verdict, {
                  environment: name,
                  claims,
                  compiled,
                  wrong: wrong.map(({ claim }) => claim),
                }),
              ]),
            ),
          };
        }),
      )
      // Of two that are equally far, the one of which more is right was more likely meant.
      .toSorted((a, b) => a.wrong - b.wrong || b.verdicts.length - a.verdicts.length)
  );
}

/** The server looks at the issuer before any bound claim, and for all roles alike. */
function issuerVerdict(claims: Claims, { token }: Plan): readonly Verdict[] {
  const bound_claims = { iss: token.issuer };
  return judge(
    { name: "", bound_claims_type: "string", bound_claims, bound_audiences: [], token_policies: [] },
    { iss: claims["iss"] },
  );
}

export function asText(answers: readonly Answer[]): string {
  return answers.map(textOf).join("\n\n");
}

function textOf({ environment, role, verdicts, wrong, advice }: Answer): string {
  const head =
    wrong === 0
      ? `${role.name}: admits this token; it may read the secrets of ${environment}`
      : `${role.name}: denies this token, ${wrong} of ${verdicts.length} claims ${wrong === 1 ? "is" : "are"} in the way`;
  const width = Math.max(...verdicts.map(({ claim }) => claim.length));
  const lines = verdicts.flatMap((verdict) => {
    const { claim, wanted, actual, result } = verdict;
    const start = `  ${result === "ok" ? "ok" : "no"}  ${claim.padEnd(width)}  `;
    if (result === "ok") return [`${start}${shown(actual)}`];
    const list = wanted.map(shown).join(" or ");
    const words = {
      missing: `the token has none; the role wants ${list}`,
      differs:
        list === "" ? `${shown(actual)}; the role knows none` : `${shown(actual)}; the role wants ${list}`,
      type: `${shown(actual)} is not text; the role wants the text ${list}`,
    }[result];
    const help = advice.get(verdict) ?? [];
    return [`${start}${words}`, ...help.map((line) => `${" ".repeat(width + 8)}${line}`)];
  });
  return [head, ...lines].join("\n");
}

/** A claim's value on one line. Only bound claims are shown, and nothing that could act on the terminal. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "?");
  const short = plain.length > 120 ? `${plain.slice(0, 120)}…` : plain;
  return short === "" ? '""' : short;
}

export function asJson(answers: readonly Answer[]): unknown {
  return answers.map(({ environment, role, verdicts, wrong, advice }) => ({
    role: role.name,
    environment,
    admitted: wrong === 0,
    claims: verdicts.map((verdict) => ({
      claim: verdict.claim,
      result: verdict.result,
      wanted: verdict.wanted,
      actual: verdict.actual ?? null,
      advice: advice.get(verdict) ?? [],
    })),
  }));
}
