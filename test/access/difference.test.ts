import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  allows,
  type Context,
  describePart,
  difference,
  matches,
  type Part,
} from "../../src/access/index.ts";
import { overlaps } from "../../src/access/overlap.ts";
import { context, ruleSet, rulesIn } from "./arbitrary.ts";

const runs = { numRuns: 400, seed: 20_260_824 };

/** Does a part, read as its words say, hold a context? Knows nothing of how parts are made. */
function isIn(part: Part, { project, kind, ref, source, environment, claims, ...facts }: Context): boolean {
  return [...part.labels].every(([axis, labels]) => {
    const others = part.axes.find(({ name }) => name === axis)?.points.map(({ label }) => label) ?? [];
    const named = (value: string, label: string) =>
      label === value || (label === "other" && !others.some((one) => matches(one, value)));
    switch (axis) {
      case "project":
        return labels.some(
          (label) =>
            label === `project ${project.id} (${project.path})` ||
            label.startsWith(`a project of group ${project.namespaceId} (`),
        );
      case "environment": {
        // Where no rule names an environment, nobody asks.
        if (others.length === 1 && others[0] === "none") return true;
        const name = environment?.name ?? "none";
        const tier = environment?.tier ?? "other";
        const words =
          environment?.protected === true
            ? /[(]protected|^[^(]*$|[(](?:tier|another)/
            : /unprotected|^[^(]*$|[(](?:tier|another)/;
        const hasName = others.some((one) => one === name || one.startsWith(`${name} (`));
        return labels.some(
          (label) =>
            (label === name || label.startsWith(`${name} (`) || (label.startsWith("other") && !hasName)) &&
            (name === "none" || words.test(label)) &&
            (!label.includes("tier") ||
              label.includes(`tier ${tier}`) ||
              (label.includes("another tier") && !others.some((one) => one.includes(`tier ${tier}`)))),
        );
      }
      case "ref":
        // A pattern without those within it that are not of this part.
        return labels.some(
          (pattern) =>
            matches(pattern, ref) &&
            !others.some(
              (other) => !labels.includes(other) && matches(pattern, other) && matches(other, ref),
            ),
        );
      case "protected":
        return labels.includes(facts.protected ? "protected" : "unprotected");
      case "pipeline":
        return labels.some((label) => {
          const [which, ...rest] = label.split(" ");
          const own = others
            .filter((one) => one.startsWith(`${kind} `))
            .map((one) => one.slice(kind.length + 1));
          return (
            which === kind.split(" ")[0] &&
            (rest.join(" ") === source || (rest.join(" ") === "other" && !own.includes(source)))
          );
        });
      default: {
        const value = String(claims?.[axis.slice("claim ".length)]);
        return labels.some((label) => matches(label, value) || named(value, label));
      }
    }
  });
}

describe("the difference of two sets of rules", () => {
  it("holds every context that is new, and no context that is not", () => {
    fc.assert(
      fc.property(ruleSet({ most: 3 }), ruleSet({ most: 3 }), context, (one, two, facts) => {
        fc.pre(facts.fork === undefined);
        const [rules, others] = [rulesIn(one), rulesIn(two)];
        const parts = difference(rules, others);
        const isNew =
          rules.some((rule) => allows(rule, facts)) && !others.some((rule) => allows(rule, facts));
        const inside = parts.filter((part) => isIn(part, facts));
        if (isNew) expect(inside).not.toEqual([]);
        else
          for (const part of inside) {
            // What a wildcard holds beside the new refs is said: `but main`.
            const isSaid = part.apartFrom.some((pattern) => matches(pattern, facts.ref));
            const hasGlobClaim = [...rules, ...others].some((rule) =>
              rule.claims.some(({ values }) => values.some((value) => value.includes("*"))),
            );
            expect(isSaid || hasGlobClaim).toBe(true);
          }
      }),
      runs,
    );
  });

  it("shows contexts that are new indeed", () => {
    fc.assert(
      fc.property(ruleSet({ most: 4 }), ruleSet({ most: 4 }), (one, two) => {
        const [rules, others] = [rulesIn(one), rulesIn(two)];
        for (const part of difference(rules, others)) {
          expect(rules.some((rule) => allows(rule, part.example))).toBe(true);
          expect(others.some((rule) => allows(rule, part.example))).toBe(false);
          expect(describePart(part).join()).not.toBe("");
        }
        expect(difference(rules, rules)).toEqual([]);
      }),
      runs,
    );
  });
});

it.each([
  ["a*", "*b", true],
  ["a*", "b*", false],
  ["main", "ma*n", true],
  ["*", "", true],
  ["a*c", "ab", false],
  ["*a*", "*b*", true],
  ["", "a", false],
] as const)("patterns %s and %s: meet %s", (one, other, result) => {
  expect(overlaps(one, other)).toBe(result);
  expect(overlaps(other, one)).toBe(result);
});
