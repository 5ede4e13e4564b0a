import { posix } from "node:path";
import { type Host, HostError, type Machine } from "../../host/index.ts";
import { compile, type Compiled } from "../compile.ts";
import { tell } from "../report.ts";

/** One of the two manifests: a file, or `REV:path` as git writes it. `undefined` after telling what is wrong with it. */
export async function readSide(
  host: Host,
  machine: () => Promise<Machine>,
  name: string,
): Promise<Compiled | undefined> {
  const isFile = host.kind(posix.resolve(host.cwd, name)) !== "absent";
  const fromGit = !isFile && /^[^-:][^:]*:./.test(name) ? await show(host, await machine(), name) : undefined;
  if (fromGit?.problem !== undefined) {
    host.err(`${fromGit.problem}\n`);
    return undefined;
  }
  const result = compile(fromGit === undefined ? host : withFile(host, name, fromGit.bytes), name);
  tell(host, result.diagnostics, result.source, "human");
  return result.value;
}

type Shown =
  | { readonly bytes: Uint8Array; readonly problem?: undefined }
  | { readonly bytes?: undefined; readonly problem: string };

/** The object itself: no filters, no pager, no colours of the user's configuration. */
async function show(host: Host, machine: Machine, name: string): Promise<Shown> {
  const git = machine.find("git");
  if (git === undefined) throw new HostError("find", "`git` on the PATH", `it is needed for ${name}`);
  const { code, stdout, stderr } = await machine.run(git, ["cat-file", "blob", name], { cwd: host.cwd });
  if (code === 0) return { bytes: stdout };
  const [reason = ""] = stderr.trim().split("\n");
  return { problem: `git has no ${name}: ${reason.replace(/^fatal: /, "")}` };
}

/** The machine as it is, with one more file. Everything else of the old revision is not looked at. */
function withFile(host: Host, name: string, bytes: Uint8Array): Host {
  const path = posix.resolve(host.cwd, name);
  return {
    ...host,
    readFile: (asked) => (asked === path ? bytes : host.readFile(asked)),
    kind: (asked) => (asked === path ? "file" : host.kind(asked)),
  };
}
