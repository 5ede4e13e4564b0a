import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { formatMessage } from "publint/utils";
import { publint } from "publint";
import { beforeAll, describe, expect, it } from "vitest";

import { CODES } from "../src/diagnostics/index.ts";
import { example } from "./e2e/generate.ts";
import { exec, minimalEnvironment, type Finished } from "./support/exec.ts";
import { tempDir } from "./support/temp.ts";

const project = fileURLToPath(new URL("../", import.meta.url));

interface Packed {
  readonly filename: string;
  readonly version: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** npm with the user's own settings: the registry, a proxy, the cache. */
function npm(cwd: string, ...args: readonly string[]): Promise<Finished> {
  const env = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return exec("npm", args, { cwd, env: { ...Object.fromEntries(env), NO_COLOR: "1" }, timeoutMs: 120_000 });
}

describe("the package", () => {
  let packed: Packed;
  /** An empty folder in which the package was installed. */
  let home: string;
  let installed: string;

  beforeAll(async () => {
    const clone = tempDir("clone");
    // A copy, since packing builds, and other tests may be running what was built before.
    const left = new Set(["node_modules", "dist", ".git", ".cache", "coverage", "test"]);
    for (const name of readdirSync(project))
      if (!left.has(name)) cpSync(join(project, name), join(clone, name), { recursive: true });
    symlinkSync(join(project, "node_modules"), join(clone, "node_modules"));
    const pack = await npm(clone, "pack", "--json", "--silent");
    expect(pack.code, pack.output).toBe(0);
    [packed] = JSON.parse(pack.stdout.slice(pack.stdout.search(/^\[/m))) as [Packed];
    home = tempDir("empty");
    const tarball = join(clone, packed.filename);
    const install = await npm(
      home,
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      tarball,
    );
    installed = join(home, "node_modules/ci-vault-gen");
    if (install.code === 0) return;
    // Without a registry: unpack what npm would. The bundle has its libraries inside, so it must run all the same.
    process.stderr.write(
      `package test: npm could not install, unpacked instead: ${lastLine(install.output)}\n`,
    );
    mkdirSync(installed, { recursive: true });
    const unpack = await exec("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
    expect(unpack.code, unpack.output).toBe(0);
  }, 300_000);

  /** The installed command, in a folder, with nothing of this project around it. */
  const command = (cwd: string, ...words: readonly string[]) =>
    exec(process.execPath, [join(installed, "dist/main.js"), ...words], { cwd, env: minimalEnvironment() });

  it("holds what it needs and nothing of ours", () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "README.md",
        "package.json",
        "dist/main.js",
        "dist/index.js",
        "schema.json",
        "plan.schema.json",
      ]),
    );
    expect(
      paths.filter((path) =>
        /^(?:src|test|scripts|examples|node_modules)\/|\.test\.|\.map$|\.tgz$|^\./.test(path),
      ),
    ).toEqual([]);
    expect(packed.files.find(({ path }) => path === "dist/main.js")?.mode).toBe(0o755);
    expect(packed.unpackedSize).toBeLessThan(4_000_000);
  });

  it("has a page for every diagnostic", () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    expect(Object.keys(CODES).filter((code) => !paths.has(`docs/diagnostics/${code}.md`))).toEqual([]);
  });

  it("passes publint", async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    const manifest = JSON.parse(await readText(join(installed, "package.json"))) as Record<string, unknown>;
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it("says its version, and prints its schema and pages", async () => {
    const version = await command(home, "--version");
    expect([version.code, version.stdout, version.stderr]).toEqual([0, `${packed.version}\n`, ""]);
    const page = await command(home, "explain", "manifest/unknown-key");
    expect([page.code, page.stderr]).toEqual([0, ""]);
    expect(page.stdout).toMatch(/^# /);
    const schema = await command(home, "schema");
    expect(JSON.parse(schema.stdout)).toHaveProperty("properties.environments");
  });

  it("runs the example, and finds nothing to change afterwards", async () => {
    const dir = tempDir("user");
    writeFileSync(join(dir, "manifest.yml"), example("myproject"));
    const first = await command(dir, "manifest.yml");
    expect([first.code, first.stdout], first.stderr).toEqual([0, ""]);
    expect(first.stderr).toMatch(/^ci-vault\/: \d+ created\n/);
    expect(readdirSync(join(dir, "ci-vault/gitlab")).toSorted()).toEqual([
      "environments",
      "main.yml",
      "reader.yml",
    ]);
    const check = await command(dir, "check", "manifest.yml");
    expect([check.code, check.output]).toEqual([0, ""]);
    const bad = await command(dir, "none.yml");
    expect([bad.code, bad.stdout]).toEqual([2, ""]);
  });

  it("writes the bytes that the sources write", async () => {
    const dir = tempDir("user");
    writeFileSync(join(dir, "manifest.yml"), example("auto-deploy"));
    const { generateInMemory } = await import("./artifacts/generate.ts");
    await command(dir, "manifest.yml");
    for (const [path, text] of (await generateInMemory(example("auto-deploy"))).files)
      expect(await readText(join(dir, "ci-vault", path)), path).toBe(text);
  });

  it("can be started by its name", async () => {
    const bin = join(home, "node_modules/.bin/ci-vault-gen");
    const run = await exec("test", ["-x", bin]);
    // Only npm makes the link: where the package was unpacked instead, there is nothing to try.
    if (run.code !== 0) return;
    const version = await exec(bin, ["--version"], { cwd: home });
    expect(version.stdout).toBe(`${packed.version}\n`);
  });

  it("can be imported: the library does not run the command", async () => {
    const source =
      'import * as library from "ci-vault-gen"; console.log(typeof library.compile, typeof library.generate);';
    const run = await exec(process.execPath, ["--input-type=module", "-e", source], { cwd: home });
    expect([run.code, run.stdout, run.stderr]).toEqual([0, "function function\n", ""]);
  });
});

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function readText(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(file, "utf8");
}
