import type { Observation } from "./observe.ts";
import type { Difference } from "./compare.ts";

/** JUnit XML as GitLab reads it (`artifacts:reports:junit`): one test for each context and environment. */
export function junit(
  environments: readonly string[],
  observations: readonly Observation[],
  differences: readonly Difference[],
): string {
  const contexts = observations.map(({ row }) => row.id);
  // What is about no environment, or no context that was asked, would otherwise be in no test.
  const isPlaced = (one: Difference) =>
    contexts.includes(one.context) && one.environment !== undefined && environments.includes(one.environment);
  const cases = [
    ...environments.flatMap((environment) =>
      contexts.map((context) =>
        testCase(
          environment,
          context,
          differences.filter((one) => one.context === context && one.environment === environment),
        ),
      ),
    ),
    ...differences
      .filter((one) => !isPlaced(one))
      .map((one) => testCase(one.environment ?? "elsewhere", one.context, [one])),
  ];
  const failures = cases.filter((text) => text.includes("<failure")).length;
  const counts = `tests="${cases.length}" failures="${failures}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="ci-vault-gen prove" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(environment: string, context: string, wrong: readonly Difference[]): string {
  const start = `    <testcase classname=${quoted(environment)} name=${quoted(context)}`;
  if (wrong.length === 0) return `${start}/>`;
  const failures = wrong.map(({ text }) => `      <failure message=${quoted(text)}/>`);
  return [`${start}>`, ...failures, "    </testcase>"].join("\n");
}

/** XML 1.0 has no way to write control characters at all, nor halves of characters. */
function quoted(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const plain = text.replace(/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu, "?");
  return `"${plain.replace(/[&<>"]/g, (character) => names[character] ?? character)}"`;
}
