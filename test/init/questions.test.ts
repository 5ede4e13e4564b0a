import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";

describe("questions", () => {
  const ask = async (answers: readonly string[], ...words: readonly string[]) => {
    const files = { "/repo/.git/HEAD": "ref: refs/heads/main\n" };
    const host = createMemoryHost(files, { assets: { "schema.json": "{}" }, answers });
    return { host, code: await run(["init", ...words], host) };
  };

  it("asks what no flag says, and begins each question with what is known", async () => {
    const answers = [
      "library",
      "https://gitlab.example.com",
      "g/p",
      "22",
      "main",
      "https://vault.example.com",
    ];
    const { host, code } = await ask(answers);
    expect(code, host.stderr()).toBe(0);
    expect(parse(String(host.files.get("/repo/ci-vault.yml")))).toMatchObject({
      gitlab: { project: { id: 22, path: "g/p" } },
      environments: { release: { refs: ["protected-tags"] } },
      secrets: { PUBLISH_TOKEN: "secret/p/{environment}/registry#token" },
    });
  });

  it("asks nothing that a flag says", async () => {
    const { host, code } = await ask(
      ["22"],
      "--template",
      "service",
      "--gitlab-url",
      "https://gitlab.example.com",
      "--project-path",
      "g/p",
      "--default-branch",
      "main",
      "--vault-url",
      "https://vault.example.com",
      "--environments",
      "a=default-branch",
      "--secrets",
      "A=secret/a#b",
    );
    expect(code, host.stderr()).toBe(0);
    expect(String(host.files.get("/repo/ci-vault.yml"))).toContain("id: 22\n");
  });

  it("an answer that is no answer, or none at all: nothing is written", async () => {
    const { host, code } = await ask(["service", "ftp://gitlab"]);
    expect(code).toBe(2);
    expect(host.stderr()).toContain("given up: nothing was written");
    expect(host.written).toEqual([]);
  });
});
