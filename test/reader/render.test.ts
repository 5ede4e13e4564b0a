import { statSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { shells } from "../support/shells.ts";
import { anyShell, awks, pairs, type JobRun } from "./job.ts";
import { canary, kv2 } from "./fake.ts";
import { path, run } from "./vault-job.ts";

const unit = fc.oneof(
  fc.constantFrom(..."'\"\\$`\n\r \t!%{}[]#&*?~=:;/", "\u0085", "\u2028", "\ufeff", "\uffff", "😀", "é"),
  fc.integer({ min: 1, max: 159 }).map((code) => String.fromCharCode(code)),
  fc.string({ minLength: 1, maxLength: 1, unit: "binary" }),
);
// A lone half of a surrogate pair has no bytes in UTF-8.
const values = [
  "",
  "a\tb\\n",
  `é😀\u2028"\\`.repeat(700),
  ...fc.sample(fc.string({ unit, maxLength: 40 }), { numRuns: 200, seed: 11 }),
].map((value) => Buffer.from(value.replaceAll("\0", "")).toString());

const properties = (text: string): string =>
  text
    .replace(/^[ \t\f]+/, "")
    .replace(/\\(?:u([0-9a-f]{4})|(.))/gs, (_, code?: string, plain?: string) =>
      code === undefined ? (plain ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
    );
const ini = (text: string): string =>
  text
    .trim()
    .replace(/\s[;#].*$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
const isPlain = (value: string): boolean =>
  !/[\u0001-\u001f\u007f-\u009f]|^ | $|^["']|^[;#]| [;#]|(?! )[\s\ufeff]/.test(value);

/** Each form, what stands around a value in its kind of file, and a reader of such files that is not ours. */
const FORMS = [
  ["none", "", "", (text: string) => text],
  ["json", '{"v": "', '"}', (text: string) => JSON.parse(text).v],
  ["yaml", 'v: "', '"\n', (text: string) => parse(text).v],
  ["yaml", 'v: "', '"\n', (text: string) => parse(text, { version: "1.1" }).v],
  ["properties", "v=", "\n", (text: string) => properties(text.slice(2, -1))],
  ["url", "https://x/?v=", "", (text: string) => decodeURIComponent(text.slice(13))],
  ["ini", "v = ", "\n", (text: string) => ini(text.slice(4, -1))],
] as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const fields = Object.fromEntries(values.map((value, index) => [`f${index}`, value]));
const reads = [`ci_vault_read kv2 ${path} ${values.map((_, index) => `V${index}=f${index}`).join(" ")}`];

/** Renders every value into a file of its own, whose bytes the test then reads from the job's folder. */
function rendering(index: number): readonly string[] {
  const [form, before, after] = FORMS[index] ?? FORMS[0];
  return values.flatMap((value, nth) =>
    form === "ini" && !isPlain(value)
      ? []
      : [
          `ci_vault_render R R ${quoted(`=${before}`)} ${form}:V${nth} ${quoted(`=${after}`)}\ncat "$R" >r${nth}`,
        ],
  );
}

function expectValues(job: JobRun, index: number): void {
  const [form, before, after, read] = FORMS[index] ?? FORMS[0];
  expect(job.code, job.stderr).toBe(0);
  const wrong = values.filter((value, nth) => {
    if (form === "ini" && !isPlain(value)) return false;
    const text = String(job.file(`r${nth}`));
    return !text.startsWith(before) || !text.endsWith(after) || read(text) !== value;
  });
  expect(wrong).toEqual([]);
}

describe.each(FORMS.map(([form], index) => ({ form, index })))("$form ($index)", ({ index }) => {
  it.each(awks)("every value is read back, with %s", async (awk) => {
    const job = await run(
      anyShell,
      { awk, reads, after: [rendering(index).join("\n")], trace: true },
      {
        [path]: kv2(fields),
      },
    );
    expectValues(job, index);
    expect(values.filter((value) => value.length > 12 && job.stderr.includes(value))).toEqual([]);
  });
});

describe.each(shells())("in $name", (shell) => {
  const secret = { [path]: kv2({ v: `${canary.value} "1"`, two: "a\nb" }) };
  const both = [`ci_vault_read kv2 ${path} V=v TWO=two O:optional=none`];

  it("the file is private, beside the file secrets, and gone after the job; nothing is shown", async () => {
    const call = `ci_vault_render NPMRC .npmrc '=-x={"a":"' json:V '="}'`;
    const after = [
      call,
      'cat "$NPMRC" >copy; ls -l "$NPMRC" >mode; printf %s "$NPMRC" >name; env >environment',
    ];
    for (const before of ["set -x", "set -auv; umask 000", "IFS=/; set -C"]) {
      const end = [...after, "{ set +xv; } 2>/dev/null"];
      const job = await run(shell, { reads: both, before: [before], after: end }, secret);
      expect(job.code, job.output).toBe(0);
      expect(String(job.file("copy"))).toBe(`-x={"a":"${canary.value} \\"1\\""}`);
      expect(String(job.file("mode"))).toMatch(/^-rw-------/);
      const name = String(job.file("name"));
      expect(name).toMatch(/\/ci-vault\.[^/]*\/\.npmrc$/);
      expect(String(job.file("environment"))).toContain(`NPMRC=${name}\n`);
      expect(() => statSync(name)).toThrow();
      expect(job.output).not.toContain(canary.value);
    }
  });

  it("an env file: a line for each, none for what is missing, and line breaks are refused by name", async () => {
    const after = ['ci_vault_render LIST list env:V env:O\ncat "$LIST" >list'];
    const job = await run(shell, { reads: both, after }, secret);
    expect(job.code, job.output).toBe(0);
    expect(String(job.file("list"))).toBe(`V=${canary.value} "1"\n`);
    const broken = await run(
      shell,
      { reads: both, after: ["ci_vault_render LIST list env:V env:TWO"] },
      secret,
    );
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("file LIST: secret TWO has a line break, which no env file can hold\n");
    expect(broken.output).not.toContain(canary.value);
  });

  it.each([
    ["none:O", /file R: secret O is missing$/m],
    ["ini:TWO", /file R: secret TWO has a control character, which no INI/],
    ["toml:V", /unknown form/],
  ])("%s ends the job and says why", async (part, message) => {
    const job = await run(shell, { reads: both, after: [`ci_vault_render R R =x ${part}`] }, secret);
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(message);
    expect(job.output).not.toContain(canary.value);
  });
});

it.each(pairs())(
  "bytes that are no text are refused where text is needed, in $name",
  async ({ shell, awk }) => {
    const read = [`ci_vault_read kv2 ${path} B:base64=b`];
    const secret = { [path]: kv2({ b: Buffer.from([97, 0xc3, 0x28]).toString("base64") }) };
    const job = await run(shell, { awk, reads: read, after: ["ci_vault_render R R json:B"] }, secret);
    expect(job.code).toBe(1);
    expect(job.stderr).toContain("file R: secret B is not UTF-8\n");
    const plain = await run(
      shell,
      { awk, reads: read, after: ['ci_vault_render R R none:B\ncat "$R" >R'] },
      secret,
    );
    expect(plain.file("R")).toEqual(Buffer.from([97, 0xc3, 0x28]));
  },
);
