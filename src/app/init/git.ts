import { posix } from "node:path";
import type { Host } from "../../host/index.ts";
import { readRemote, type RemoteFacts } from "./remote.ts";

/** What a repository says of itself, read from its files: no `git` is needed, and none is started. */
export interface GitFacts {
  readonly remote: RemoteFacts | undefined;
  readonly defaultBranch: string | undefined;
  /** Names of remotes, for a message; never their addresses, which may hold a password. */
  readonly remotes: readonly string[];
}

/** The folder is the root of a repository's working tree, else there are no facts. */
export function readGit(host: Host, folder: string, instance: string | undefined): GitFacts | undefined {
  const own = gitDirectory(host, folder);
  if (own === undefined) return undefined;
  // A linked working tree has a HEAD of its own and shares the rest.
  const common = firstLine(host, posix.join(own, "commondir"));
  const shared = common === undefined ? own : posix.resolve(own, common);
  const addresses = readAddresses(text(host, posix.join(shared, "config")) ?? "");
  const remotes = [...addresses.keys()];
  const chosen = addresses.has("origin") ? "origin" : remotes.length === 1 ? remotes[0] : undefined;
  return {
    remote: readRemote(addresses.get(chosen ?? "") ?? "", instance),
    defaultBranch: defaultBranch(host, own, shared, chosen),
    remotes,
  };
}

function gitDirectory(host: Host, folder: string): string | undefined {
  const at = posix.join(folder, ".git");
  if (host.kind(at) === "folder") return at;
  const target = /^gitdir: (.+)$/.exec(firstLine(host, at) ?? "")?.[1];
  return target === undefined ? undefined : posix.resolve(folder, target);
}

/** Remote name to its first address. Git's own format: sections with a quoted name, `key = value`, quotes, comments. */
function readAddresses(config: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let remote: string | undefined;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (section !== null) {
      const name = section[2]?.replace(/\\(.)/g, "$1");
      remote = section[1]?.toLowerCase() === "remote" ? name : undefined;
      continue;
    }
    const value = /^\s*url\s*=\s*(.*)$/i.exec(line)?.[1];
    if (remote === undefined || value === undefined || found.has(remote)) continue;
    found.set(remote, unquote(value));
  }
  return found;
}

function unquote(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1];
  return quoted === undefined ? value.replace(/\s*[#;].*$/, "").trim() : quoted.replace(/\\(.)/g, "$1");
}

/**
 * The branch whose secrets `default-branch` opens: a wrong guess would hand them to another branch. So the remote's word
 * counts; then `main` or `master` if there is one; then the only branch there is. Else nobody knows.
 */
function defaultBranch(
  host: Host,
  own: string,
  shared: string,
  remote: string | undefined,
): string | undefined {
  if (remote !== undefined) {
    const prefix = `ref: refs/remotes/${remote}/`;
    const head = firstLine(host, posix.join(shared, "refs/remotes", remote, "HEAD"));
    if (head?.startsWith(prefix)) return plain(head.slice(prefix.length));
  }
  const current = plain(/^ref: refs\/heads\/(.+)$/.exec(firstLine(host, posix.join(own, "HEAD")) ?? "")?.[1]);
  const branches = new Set(localBranches(host, shared));
  if (current !== undefined) branches.add(current);
  const usual = ["main", "master"].filter((name) => branches.has(name));
  if (usual.length > 0) return usual.length === 1 ? usual[0] : undefined;
  return branches.size === 1 ? [...branches][0] : undefined;
}

function localBranches(host: Host, shared: string): readonly string[] {
  const packed = text(host, posix.join(shared, "packed-refs")) ?? "";
  const names = [...packed.matchAll(/^[0-9a-f]+ refs\/heads\/(.+)$/gm)].map((match) => match[1] ?? "");
  // Branches with a slash are folders here; that there is one more is all that counts.
  return [...names, ...host.list(posix.join(shared, "refs/heads"))];
}

/** `refs/heads/.invalid` is what repositories in a newer format say here. */
function plain(branch: string | undefined): string | undefined {
  return branch !== undefined && /^[A-Za-z0-9_][\w./-]*$/.test(branch) ? branch : undefined;
}

function firstLine(host: Host, path: string): string | undefined {
  return text(host, path)?.split(/\r?\n/, 1)[0];
}

function text(host: Host, path: string): string | undefined {
  // Nothing but plain files: a link in a repository from elsewhere could name any file of this machine.
  if (host.kind(path) !== "file") return undefined;
  const bytes = host.readFile(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
