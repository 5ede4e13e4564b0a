import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { kv2, startFake, type FakeVault } from "./fake.ts";
import { pairs, runJob, save } from "./job.ts";

/** Values that break quoting somewhere, each for its own reason. */
const awkward = [
  "",
  "pa$$w0rd",
  "real-pa$$w0rd",
  "line\nline\n",
  "\n\n\n",
  " lead and trail ",
  "'",
  "''''",
  "it's",
  '"',
  "\\",
  "\\\\",
  "\\n",
  "back\\",
  "\\'",
  "$(touch pwned)",
  "`touch pwned`",
  "${HOME}",
  "'; touch pwned; '",
  "-n",
  "-e \\t",
  "%s%d%%",
  "*",
  "~",
  "!!",
  "#no comment",
  "a=b",
  "tab\there",
  "cr\r\nlf",
  "é ü ß",
  "😀 👩‍👩‍👧",
  "\u2028\u2029\ufeff",
  Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1)).join(""),
  Array.from({ length: 128 }, (_, i) => String.fromCharCode(i + 128)).join(""),
  "-----BEGIN KEY-----\nMIIE+/=\n-----END KEY-----\n",
  '{"nested": "json", "q": "\\""}',
  "x".repeat(65_536),
  "'".repeat(5_000),
];

// The same values for every pair, so that a failure of one pair is about that pair.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."'\"\\$`\n\r \t!%"),
    fc.string({ minLength: 1, maxLength: 1, unit: "binary" }),
  ),
});
const generated = fc.sample(text, { numRuns: 80, seed: 20 }).map((value) => value.replaceAll("\0", ""));
const values = [...awkward, ...generated];

const fields = Object.fromEntries(values.map((value, index) => [`f${index}`, value]));
const names = values.map((_, index) => `V${index}`);
const specs = names.map((name, index) => `${name}=f${index}`);

describe.concurrent("values arrive byte-exact", () => {
  it.each(pairs())("in $name", async ({ shell, awk }) => {
    const vault = await serving();
    const run = await runJob(vault.addr, {
      shell,
      awk,
      reads: [`ci_vault_read kv2 secret/data/a ${specs.join(" ")} F:file=f1 E:file=f0`],
      after: [save(...names), 'cat "$F" >F\ncat "$E" >E\nls'],
    });
    await vault.stop();
    expect(run.code, run.output).toBe(0);
    for (const [index, value] of values.entries()) {
      expect(run.file(`V${index}`).toString("hex"), `V${index}`).toBe(Buffer.from(value).toString("hex"));
    }
    expect(run.file("F").toString()).toBe("pa$$w0rd");
    expect(run.file("E").toString()).toBe("");
    expect(run.stdout).not.toContain("pwned");
  });
});

/** JSON.stringify leaves most characters as they are; Vault's encoder escapes more, so both are served. */
async function serving(): Promise<FakeVault> {
  const reply = kv2(fields);
  return startFake({ "secret/data/a": { ...reply, body: (reply.body ?? "").replaceAll("&", "\\u0026") } });
}
