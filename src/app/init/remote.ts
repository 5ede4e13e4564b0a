/** What the address of a Git remote says about GitLab. It never holds credentials, whatever the address had. */
export interface RemoteFacts {
  /** The instance, where the address gives it away. */
  readonly url: string | undefined;
  /** Path of the project with its groups. */
  readonly path: string;
}

/** As in GitLab's Gitlab::PathRegex; a project lies in at least one group. */
const PROJECT = /^[A-Za-z0-9_](?:[\w.-]*[\w-])?(?:\/[A-Za-z0-9_](?:[\w.-]*[\w-])?)+$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;

/** Places where a repository may be mirrored, and whose jobs get no JWT of GitLab. */
const ELSEWHERE = /(?:^|\.)(?:github\.com|bitbucket\.org|codeberg\.org|dev\.azure\.com|sr\.ht)$/i;

/**
 * Reads an address in any form that Git takes for a server: https, http, ssh, git, and `user@host:path`. `instance` is
 * the GitLab's URL where that is known already; it matters when GitLab does not live at the root of its host.
 */
export function readRemote(address: string, instance?: string): RemoteFacts | undefined {
  if (/[\s\u0000-\u001f\u007f]/.test(address)) return undefined;
  const parts = splitUrl(address) ?? splitScp(address);
  if (parts === undefined || !HOST.test(parts.host) || ELSEWHERE.test(parts.host)) return undefined;
  const path = projectPath(parts.path, instance);
  return path === undefined ? undefined : { url: parts.web, path };
}

interface Parts {
  readonly host: string;
  readonly path: string;
  /** The address of the web server. */
  readonly web: string | undefined;
}

function splitUrl(address: string): Parts | undefined {
  const scheme = /^(https?|ssh|git|git\+ssh|ssh\+git):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined || !URL.canParse(address)) return undefined;
  // `URL` sets user and password apart: neither is looked at.
  const { hostname, host, pathname, search, hash } = new URL(address);
  if (search !== "" || hash !== "") return undefined;
  const path = decode(pathname);
  if (path === undefined) return undefined;
  const isWeb = scheme === "https" || scheme === "http";
  return { host: hostname, path, web: isWeb ? `${scheme}://${host}` : webOf(hostname) };
}

/** `user@host:path`, the form that GitLab shows first; `[user@host:port]:path` has the port in brackets. */
function splitScp(address: string): Parts | undefined {
  const match =
    /^\[(?:[^@[\]/]+@)?([A-Za-z0-9.-]+)(?::\d+)?\]:(.+)$/.exec(address) ??
    /^(?:[^@[\]/:]+@)?([A-Za-z0-9.-]{2,}|\[[0-9A-Fa-f:.]+\]):(?!:)(.+)$/.exec(address);
  const [, host, path] = match ?? [];
  // A scheme that is none of a server (`file://…`, `C:\…`) has a slash or backslash where a path has a group.
  if (host === undefined || path === undefined || path.startsWith("//") || path.includes("\\"))
    return undefined;
  return { host, path, web: webOf(host) };
}

/** The web server beside an SSH server. A name without a dot may be an alias of the user's SSH configuration. */
function webOf(host: string): string | undefined {
  if (/^(?:alt)?ssh\.gitlab\.com$/i.test(host)) return "https://gitlab.com";
  return host.includes(".") || host.includes(":") ? `https://${host.toLowerCase()}` : undefined;
}

function projectPath(path: string, instance: string | undefined): string | undefined {
  let plain = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  const below =
    instance !== undefined && URL.canParse(instance)
      ? new URL(instance).pathname.replace(/^\/|\/$/g, "")
      : "";
  if (below !== "" && plain.startsWith(`${below}/`)) plain = plain.slice(below.length + 1);
  return PROJECT.test(plain) ? plain : undefined;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
