import { describe, expect, it } from "vitest";

import { HostError } from "../../src/host/index.ts";
import { command, REPOSITORY, version } from "./support.ts";

const broken = {
  ...REPOSITORY,
  "/repo/manifest.yml": REPOSITORY["/repo/manifest.yml"]?.replace("secrets:", "secretz:") ?? "",
};
const nothing = /^$/;

interface Row {
  readonly words: readonly string[];
  readonly code: number;
  readonly out: RegExp;
  readonly err: RegExp;
  readonly files?: Readonly<Record<string, string>>;
}

/** What each command line gives: its product on stdout, its talk on stderr, its exit code. */
const ROWS: readonly Row[] = [
  { words: ["--version"], code: 0, out: new RegExp(`^${version}\n$`), err: nothing },
  { words: ["-V"], code: 0, out: new RegExp(`^${version}\n$`), err: nothing },
  {
    words: ["--help"],
    code: 0,
    out: /^Example:\n {2}ci-vault-gen manifest\.yml\n[^]*Exit codes: 0 done, 1 findings/,
    err: nothing,
  },
  { words: ["-h"], code: 0, out: /^Example:\n/, err: nothing },
  ...["generate", "check", "plan", "explain", "schema"].map((name): Row => ({
    words: [name, "--help"],
    code: 0,
    out: new RegExp(`^Example:\n {2}ci-vault-gen[^]*Usage: ci-vault-gen ${name}`),
    err: nothing,
  })),
  { words: [], code: 2, out: nothing, err: /Usage: ci-vault-gen/ },
  {
    words: ["manifest.yml"],
    code: 0,
    out: nothing,
    err: /^ci-vault\/: 12 created\nGitLab: include: .*\/ci-vault\/gitlab\/main\.yml.*\nVault: {2}ci-vault\/vault\/setup\.sh/,
  },
  { words: ["generate", "manifest.yml"], code: 0, out: nothing, err: /12 created/ },
  { words: ["./manifest.yml"], code: 0, out: nothing, err: /12 created/ },
  {
    words: ["/repo/manifest.yml", "--dry-run"],
    code: 0,
    out: nothing,
    err: /^(?:would create ci-vault\/.*\n){12}$/,
  },
  {
    words: ["manifest.yml", "--diff", "--dry-run"],
    code: 0,
    out: /^(?:diff|---)[^]*\n\+\+\+ /,
    err: /would create/,
  },
  {
    words: ["manifest.yml", "--stdout"],
    code: 0,
    out: /^==> \.gitattributes <==\n[^]*==> vault\/setup\.sh <==\n#!\/bin\/sh\n/,
    err: nothing,
  },
  { words: ["manifest.yml", "--format", "json"], code: 0, out: /^[{[]/, err: /12 created/ },
  {
    words: ["manifest.yml", "--check"],
    code: 1,
    out: /^(?:diff|---)/,
    err: /missing: ci-vault\/gitlab\/main\.yml\n[^]*to repair: ci-vault-gen manifest\.yml --force/,
  },
  {
    words: ["check", "manifest.yml"],
    code: 1,
    out: /^(?:diff|---)/,
    err: /missing: ci-vault\/vault\/setup\.sh\n/,
  },
  {
    words: ["check", "manifest.yml", "--format", "json"],
    code: 1,
    out: /^\{\n {2}"schema_version": 1,\n {2}"clean": false/,
    err: nothing,
  },
  { words: ["plan", "manifest.yml"], code: 0, out: /^token {5}\$CI_JOB_JWT/, err: nothing },
  { words: ["plan", "manifest.yml", "--json"], code: 0, out: /^\{\n {2}"schema_version": 1,/, err: nothing },
  { words: ["explain"], code: 0, out: /^(?:[a-z]+\/[a-z-]+ +(?:error|warning) +.*\n)+$/, err: nothing },
  {
    words: ["explain", "model/unknown-mont"],
    code: 2,
    out: nothing,
    err: /did you mean model\/unknown-mount\?/,
  },
  { words: ["schema"], code: 0, out: /^\{"title":"the schema"\}\n$/, err: nothing },
  {
    words: ["none.yml"],
    code: 2,
    out: nothing,
    err: /^error\[manifest\/not-found\]: there is no manifest at none\.yml/,
  },
  { words: ["plan", "none.yml", "--json"], code: 2, out: nothing, err: /manifest\/not-found/ },
  { words: ["check", "none.yml"], code: 2, out: nothing, err: /manifest\/not-found/ },
  { words: ["none.yml", "--format", "json"], code: 2, out: /"manifest\/not-found"/, err: nothing },
  { words: ["."], code: 2, out: nothing, err: /manifest\/not-found/ },
  {
    words: ["manifest.yml"],
    files: broken,
    code: 2,
    out: nothing,
    err: /^error\[manifest\/unknown-key\][^]*did you mean `secrets`/,
  },
  { words: ["manifest.yml", "--stdout"], files: broken, code: 2, out: nothing, err: /manifest\/unknown-key/ },
  {
    words: ["manifest.yml", "--diff", "--force"],
    files: broken,
    code: 2,
    out: nothing,
    err: /manifest\/unknown-key/,
  },
  { words: ["check", "manifest.yml"], files: broken, code: 2, out: nothing, err: /manifest\/unknown-key/ },
  {
    words: ["manifest.yml", "--forse"],
    code: 2,
    out: nothing,
    err: /unknown option '--forse'[^]*Did you mean --force\?/,
  },
  { words: ["manifest.yml", "other.yml"], code: 2, out: nothing, err: /too many arguments/ },
  { words: ["check"], code: 2, out: nothing, err: /missing required argument 'manifest'/ },
  { words: ["plan", "manifest.yml", "--force"], code: 2, out: nothing, err: /unknown option '--force'/ },
  {
    words: ["manifest.yml", "--format", "xml"],
    code: 2,
    out: nothing,
    err: /Allowed choices are human, json/,
  },
  { words: ["manifest.yml", "--out"], code: 2, out: nothing, err: /argument missing/ },
];

describe("command lines", () => {
  it.each(ROWS.map((row) => ({ ...row, line: row.words.join(" ") })))(
    "ci-vault-gen $line -> $code",
    async (row) => {
      const run = await command(row.words, row.files === undefined ? {} : { files: row.files });
      expect(run.stdout).toMatch(row.out);
      expect(run.stderr).toMatch(row.err);
      expect(run.code).toBe(row.code);
    },
  );
});

describe("exit code 3", () => {
  const full = () => {
    throw new HostError("write", "/repo/ci-vault/gitlab/main.yml", "ENOSPC");
  };

  it("when the machine refuses, in one line", async () => {
    const run = await command(["manifest.yml"], { machine: { writeFile: full } });
    expect([run.code, run.stdout]).toEqual([3, ""]);
    expect(run.stderr).toBe("ci-vault-gen: cannot write /repo/ci-vault/gitlab/main.yml: ENOSPC\n");
  });

  it("when the manifest cannot be read", async () => {
    const locked = (path: string) => {
      throw new HostError("read", path, "EACCES");
    };
    const run = await command(["plan", "manifest.yml"], { machine: { readFile: locked } });
    expect([run.code, run.stdout, run.stderr]).toEqual([
      3,
      "",
      "ci-vault-gen: cannot read /repo/manifest.yml: EACCES\n",
    ]);
  });

  it("when there is a bug, with what a report needs", async () => {
    const run = await command(["manifest.yml"], { machine: { hash: () => [][0]!["x"] } });
    expect([run.code, run.stdout]).toEqual([3, ""]);
    expect(run.stderr).toMatch(
      /^ci-vault-gen 0\.0\.0-source has a bug; please report it with these lines:\nTypeError: /,
    );
  });

  it("when the package lacks a file that a command prints", async () => {
    for (const words of [["schema"], ["explain", "model/unknown-mount"]]) {
      const run = await command(words, { machine: { asset: () => undefined } });
      expect([run.code, run.stdout]).toEqual([3, ""]);
      expect(run.stderr).toMatch(
        /^ci-vault-gen: cannot read (?:schema\.json|docs\/diagnostics\/model\/unknown-mount\.md): /,
      );
    }
  });
});

it("colours nothing that is not a terminal, nor with NO_COLOR", async () => {
  const isTerminal = { out: true, err: true, in: false };
  const plain = [{}, { env: { NO_COLOR: "1" }, isTerminal }];
  for (const machine of plain) {
    const run = await command(["check", "none.yml"], { machine });
    expect(run.stderr).not.toContain("\u001b");
  }
  expect((await command(["check", "none.yml"], { machine: { isTerminal } })).stderr).toContain("\u001b[");
});
