import fc from "fast-check";

import { allows, combine, conditions, type Context, describeContext } from "../../src/access/index.ts";
import { context, type RuleSet, ruleSet, rulesIn } from "../access/arbitrary.ts";
import { listJobs } from "../support/gitlab/local.ts";
import { predefinedVariables } from "../support/gitlab/predefined.ts";
import { makeProject } from "../support/gitlab/project.ts";
import { asGitlab } from "./gitlab.ts";
import type { Agreement } from "./logins.ts";

/** Jobs of many rule sets in one file, once for each context: half of the jobs should be there. */
export async function comparePresence(contexts: number, jobs: number, seed: number): Promise<Agreement> {
  const facts = fc.sample(context, { numRuns: contexts * 40, seed });
  const sets = fc.sample(ruleSet({ most: 4 }), { numRuns: 4000, seed: seed + 1 });
  const result = { pairs: 0, allowed: 0, disagreements: [] as string[] };
  let asked = 0;
  for (const one of facts) {
    if (asked === contexts) break;
    const fitting = sets.filter((set) => isJudged(set, one));
    const wanted = fitting.filter((set) => expects(set, one)).slice(0, Math.ceil(jobs / 2));
    // A project that no set knows has nothing to say.
    if (wanted.length === 0) continue;
    asked++;
    const others = fitting.filter((set) => !expects(set, one)).slice(0, jobs - wanted.length);
    await ask(one, [...wanted, ...others], result);
  }
  return result;
}

/**
 * Two things are different on purpose (docs/access.md): in a group a job stays away from merge requests between two of
 * its projects; and a ref like `$x` or `${x}` is no text to GitLab's rules (`variables_hash_expanded` in
 * `lib/gitlab/ci/build/rules/rule/clause/if.rb`) nor to gitlab-ci-local's, which put the variable's value in its place,
 * while the token has it as it is.
 */
function isJudged({ scope }: RuleSet, { fork, ref }: Context): boolean {
  return (scope.kind !== "group" || fork === undefined) && !/\$\{?[A-Za-z_]/.test(ref);
}

/** A job of the environment enters its GitLab environment, and expressions cannot see more of that. */
function expects(set: RuleSet, facts: Context): boolean {
  const { environment: _, ...rest } = facts;
  const entered = set.gitlabEnvironment;
  const own: Context =
    entered === undefined
      ? rest
      : {
          ...rest,
          environment: {
            name: entered.name,
            protected: entered.protected ?? true,
            tier: entered.tier ?? "other",
          },
        };
  return rulesIn(set).some((rule) => allows(rule, own));
}

async function ask(
  facts: Context,
  sets: readonly RuleSet[],
  result: { pairs: number; allowed: number; disagreements: string[] },
): Promise<void> {
  const config = Object.fromEntries(
    sets.map((set, index) => [
      `job-${index}`,
      {
        script: ["true"],
        rules: combine(rulesIn(set))
          .flatMap(conditions)
          .map((text) => ({ if: text })),
      },
    ]),
  );
  // JSON is YAML.
  const dir = await makeProject({ ".gitlab-ci.yml": JSON.stringify(config) });
  const present = new Set(
    (await listJobs(dir, predefinedVariables(asGitlab(facts)))).map(({ name }) => name),
  );
  for (const [index, set] of sets.entries()) {
    const expected = expects(set, facts);
    const found = present.has(`job-${index}`);
    result.pairs++;
    if (expected) result.allowed++;
    if (found !== expected) {
      const rules = JSON.stringify(config[`job-${index}`]?.rules);
      result.disagreements.push(
        `${describeContext(facts)}: the job ${found ? "is" : "is not"} there, the rules say ${expected}: ${rules}`,
      );
    }
  }
}
