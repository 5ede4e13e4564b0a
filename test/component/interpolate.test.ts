import { describe, expect, it } from "vitest";

import { InputError, interpolate } from "./interpolate.ts";

const file = (spec: string, jobs: string) => `spec:\n  inputs:\n${spec}---\n${jobs}`;

describe("interpolation, by GitLab's rules", () => {
  it("keeps the type of a whole scalar and makes text inside a longer one", () => {
    const text = file(
      "    num: { type: number, default: 3 }\n    b: { type: boolean, default: true }\n    a: { type: array, default: [x, z] }\n",
      'j: { num: "$[[ inputs.num ]]", b: "$[[inputs.b]]", t: "$[[ inputs.num ]]$[[ inputs.b ]]", a: "$[[ inputs.a ]]", in: [1, "$[[ inputs.a ]]", 2] }\n',
    );
    expect(interpolate(text)).toEqual({
      j: { num: 3, b: true, t: "3true", a: ["x", "z"], in: [1, "x", "z", 2] },
    });
  });

  it("replaces in keys, and not in tagged nodes", () => {
    const text = file(
      "    p:\n",
      '"$[[ inputs.p ]]-job": { script: [!reference [".$[[ inputs.p ]]", script]] }\n',
    );
    const job = interpolate(text, { p: "a" })["a-job"] as { script: { path: string[] }[] };
    expect(job.script[0]?.path).toEqual([".$[[ inputs.p ]]", "script"]);
  });

  it("replaces a block inside a value in its turn, as GitLab does: values must not hold any", () => {
    const text = file("    a:\n    b:\n", 'j: "$[[ inputs.a ]] $[[ inputs.b ]]"\n');
    expect(interpolate(text, { a: "$[[ inputs.b ]]", b: "x" })).toEqual({ j: "x x" });
  });

  it.each<readonly [string, string, string, Record<string, unknown>]>([
    ["unknown input arguments: z", "    a:\n", "j: 1\n", { a: "x", z: "y" }],
    ["`a` input: required value has not been provided", "    a:\n", "j: 1\n", {}],
    ["`a` input: provided value is not a string", "    a:\n", "j: 1\n", { a: 5 }],
    [
      "`a` input: provided value does not match required RegEx pattern",
      "    a: { regex: ^x$ }\n",
      "j: 1\n",
      { a: "x\nrm" },
    ],
    [
      "`a` input: default value does not match required RegEx pattern",
      "    a: { regex: ^x$, default: q }\n",
      "j: 1\n",
      { a: "x" },
    ],
    ["`z` cannot be used", "    a: { options: [x] }\n", "j: 1\n", { a: "z" }],
    ["unknown interpolation key: `inputs.z`", "    a: { default: x }\n", "j: $[[ inputs.z ]]\n", {}],
    ["unknown interpolation key: `CI_X`", "    a: { default: x }\n", "j: $[[ CI_X ]]\n", {}],
    ["no function matching `upper`", "    a: { default: x }\n", "j: $[[ inputs.a | upper ]]\n", {}],
  ])("refuses: %s", (words, spec, jobs, given) => {
    expect(() => interpolate(file(spec, jobs), given)).toThrow(InputError);
    expect(() => interpolate(file(spec, jobs), given)).toThrow(words);
  });

  it("knows the functions", () => {
    const text = file("    a: { default: a'bc }\n", 'j: "$[[ inputs.a | truncate(1,2) | posix_escape ]]"\n');
    expect(interpolate(text)).toEqual({ j: "''\\''b'" });
  });

  it("leaves a file without a header as it is, and refuses inputs for it", () => {
    expect(interpolate('j: "$[[ inputs.a ]]"\n')).toEqual({ j: "$[[ inputs.a ]]" });
    expect(() => interpolate("j: 1\n", { a: "x" })).toThrow("not defined in the `spec` section");
  });
});
