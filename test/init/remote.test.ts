import { expect, it } from "vitest";

import { readRemote } from "../../src/app/init/remote.ts";

const site = "https://gitlab.example.com";

it.each([
  [`${site}/g/p.git`, site, "g/p"],
  [`${site}/g/p`, site, "g/p"],
  [`${site}/g/sub/sub/p.git/`, site, "g/sub/sub/p"],
  ["HTTPS://GitLab.example.com/g/p", site, "g/p"],
  [`${site}:8443/g/p.git`, `${site}:8443`, "g/p"],
  [`${site}:443/g/p.git`, site, "g/p"],
  ["http://gitlab.example.com:8080/g/p", "http://gitlab.example.com:8080", "g/p"],
  ["git@gitlab.example.com:g/p.git", site, "g/p"],
  ["git@gitlab.example.com:/g/p.git", site, "g/p"],
  ["gitlab.example.com:g/p", site, "g/p"],
  ["[git@gitlab.example.com:2222]:g/p.git", site, "g/p"],
  // The port is the SSH server's, so it says nothing about the web server.
  ["ssh://git@gitlab.example.com:2222/g/p.git", site, "g/p"],
  ["git+ssh://git@gitlab.example.com/g/p", site, "g/p"],
  ["git://gitlab.example.com/g/p.git", site, "g/p"],
  ["ssh://git@altssh.gitlab.com:443/g/p.git", "https://gitlab.com", "g/p"],
  ["git@[2001:db8::1]:g/p.git", "https://[2001:db8::1]", "g/p"],
  ["https://gitlab.example.com/g/p.git.git", site, "g/p.git"],
  // Names from an SSH configuration: the path is right, the address is not known.
  ["git@work:g/p.git", undefined, "g/p"],
  ["ssh://git@work/g/p.git", undefined, "g/p"],
])("%s", (address, url, path) => {
  expect(readRemote(address)).toEqual({ url, path });
});

it.each([
  ["user and password", "https://alice:hunter2@gitlab.example.com/g/p.git"],
  ["a token", "https://oauth2:glpat-hunter2@gitlab.example.com/g/p.git"],
  ["a token alone", "https://glpat-hunter2@gitlab.example.com/g/p.git"],
  ["an @ in the password", "https://alice:hunter2%40x@gitlab.example.com/g/p.git"],
  ["a job's token", "http://gitlab-ci-token:hunter2@gitlab.example.com/g/p.git"],
  ["scp with a password", "alice:hunter2@gitlab.example.com:g/p.git"],
])("credentials are gone: %s", (_, address) => {
  expect(JSON.stringify(readRemote(address) ?? "")).not.toMatch(/hunter2|alice|oauth2|ci-token/);
});

it.each([
  "",
  "/srv/git/g/p.git",
  "../g/p",
  "file:///srv/git/g/p.git",
  "C:\\work\\g\\p",
  "C:/code/g/p",
  "ext::sh -c touch% /tmp/x",
  "ext::a/b",
  "ssh://-oProxyCommand=x/g/p",
  "-oProxyCommand=x:g/p",
  "https://gitlab.example.com/p",
  "https://gitlab.example.com/",
  "https://gitlab.example.com/g/../../p",
  "https://gitlab.example.com/g/%2e%2e%2fp",
  "https://gitlab.example.com/g/p%0aevil",
  "https://gitlab.example.com/g/p%zz",
  "https://gitlab.example.com/g/p?private_token=hunter2",
  "https://gitlab.example.com/g/p#x",
  "https://gitlab.example.com/-/g/p",
  "https://github.com/g/p.git",
  "git@github.com:g/p.git",
  "git@bitbucket.org:g/p.git",
  "git@gitlab.example.com:g/p;id",
  "git@gitlab.example.com:g/$(id)",
  "git@gitlab.example.com:g/p\nurl = x",
  "git@gitlab.example.com:g/п",
])("is no project of a GitLab: %j", (address) => {
  expect(readRemote(address)?.path).toBeUndefined();
});

it("a GitLab below a path of its host is known by its URL only", () => {
  const address = "https://example.com/gitlab/g/p.git";
  expect(readRemote(address)).toEqual({ url: "https://example.com", path: "gitlab/g/p" });
  expect(readRemote(address, "https://example.com/gitlab/")).toMatchObject({ path: "g/p" });
});
