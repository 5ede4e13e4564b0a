import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

import { describeWithServer } from "../support/openbao/describe.ts";
import { putV1, putV2 } from "../support/openbao/kv.ts";
import { shells } from "../support/shells.ts";
import { awks, clients, save } from "./job.ts";
import { awkward, furnish, type Real } from "./real.ts";

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."'\"\\$`\n\r \t!%{}[]#&*?~", "$(touch pwned)", "\\n", "😀", "é", "\u2028", "\ud83d"),
    fc.integer({ min: 1, max: 31 }).map((code) => String.fromCharCode(code)),
    fc.string({ minLength: 1, maxLength: 1, unit: "binary" }),
  ),
  maxLength: 40,
});
// The same values for every combination, so that a failure of one is about that one. A lone half of a surrogate
// pair has no bytes in UTF-8: writing to Vault makes U+FFFD of it, as `toWellFormed` does.
const values = [
  ...fc.sample(text, { numRuns: 498, seed: 7 }).map((value) => wellFormed(value.replaceAll("\0", ""))),
  "x'\"\\\n".repeat(13_107),
  `${"lines of text\n".repeat(700)}\n\n`,
];
// OpenBao takes no more than 1000 strings in one request.
const paths = ["secret/data/staging/a", "secret/data/staging/b", "secret/data/staging/c", "old/d", "old/e"];
const indexes = (nth: number) =>
  values.map((_, index) => index).filter((index) => index % paths.length === nth);
const names = values.map((_, index) => `V${index}`);

const combinations = shells()
  .filter(({ name }) => name !== "bash --posix")
  .flatMap((shell) =>
    clients.flatMap((client) =>
      awks
        .filter((awk) => awk !== "original-awk")
        .map((awk) => ({ shell, client, awk, name: `${shell.name}, ${client}, ${awk}` })),
    ),
  );

describeWithServer("500 values of a real server arrive byte-exact", (server) => {
  let real: Real;
  beforeAll(async () => {
    real = await furnish(server());
    for (const [nth, path] of paths.entries()) {
      const fields = Object.fromEntries(indexes(nth).map((index) => [`f${index}`, values[index]]));
      if (path.startsWith("old")) await putV1(server().api, "old", path.slice(4), fields);
      else await putV2(server().api, "secret", path.slice("secret/data/".length), fields);
    }
  });
  afterAll(() => real.issuer.stop());

  it.each(combinations)("$name", async ({ shell, client, awk }) => {
    const job = await real.run({
      shell,
      client,
      awk,
      reads: [
        ...paths.map((path, nth) => {
          const specs = indexes(nth).map((index) => `V${index}=f${index}`);
          return `ci_vault_read ${path.startsWith("old") ? "kv1" : "kv2"} ${path} ${specs.join(" ")}`;
        }),
        `ci_vault_read kv1 ${paths[498 % paths.length]} FILE:file=f498`,
        "ci_vault_read kv2 'secret/data/staging/db?version=1' FIRST=password",
        `ci_vault_read post pki/issue/web '{"common_name":"a.example.com"}' CERT=certificate KEY:file=private_key`,
        `ci_vault_read post ssh/creds/otp '{"ip":"127.0.0.1"}' OTP=key`,
        `ci_vault_read post transit/decrypt/key '{"ciphertext":"${real.ciphertext}"}' PLAIN:base64=plaintext`,
        "ci_vault_read data totp/code/key CODE=code",
      ],
      after: [
        save(...names, "FIRST", "PLAIN", "CODE", "OTP", "CERT") + '\ncat "$FILE" >FILE; cat "$KEY" >KEY; ls',
      ],
    });
    expect(job.code, job.stderr).toBe(0);
    const wrong = values.flatMap((value, index) =>
      job.file(`V${index}`).equals(Buffer.from(value)) ? [] : [index],
    );
    expect(wrong).toEqual([]);
    expect(job.file("FILE").equals(Buffer.from(values[498] ?? ""))).toBe(true);
    expect(String(job.file("FIRST"))).toBe("first");
    expect(String(job.file("PLAIN"))).toBe(awkward);
    expect(String(job.file("CODE"))).toMatch(/^\d{6}$/);
    expect(String(job.file("OTP"))).toMatch(/^[0-9a-f-]{36}$/);
    expect(String(job.file("CERT"))).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    expect(String(job.file("KEY"))).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(job.stdout).not.toContain("pwned");
    const shown = values.filter((value) => value.length > 6 && job.output.includes(value.slice(0, 200)));
    expect(shown).toEqual([]);
  });
});

function wellFormed(value: string): string {
  return Buffer.from(value).toString();
}
