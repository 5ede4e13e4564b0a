import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { buildCopy } from "../support/built.ts";
import { KEYS, onTerminal } from "../support/terminal.ts";
import { missingTools, mustHaveTools } from "../support/tools.ts";
import { read, repository, snapshot } from "./project.ts";

const missing = missingTools("python3");
const title = `init on a terminal${missing.length > 0 ? " (skipped: no python3)" : ""}`;

// The built command, since there the prompt library is a file of its own that is loaded late.
describe.skipIf(missing.length > 0 && !mustHaveTools())(title, () => {
  let main: string;
  beforeAll(async () => {
    main = await buildCopy();
  });
  const init = (cwd: string, steps: Parameters<typeof onTerminal>[1], ...words: readonly string[]) =>
    onTerminal([process.execPath, main, "init", ...words], steps, { cwd });

  it("asks, begins each question with what Git knows, complains about a bad answer, writes", async () => {
    const dir = await repository({}, { remote: "git@gitlab.example.com:team/shop.git" });
    const run = await init(dir, [
      ["What kind of project?", KEYS.down + KEYS.enter],
      ["Address of your GitLab", KEYS.enter],
      ["Path of the project", KEYS.enter],
      ["Project id", `team${KEYS.enter}`],
      ["the project id is the number", `${"\u007f".repeat(4)}22${KEYS.enter}`],
      ["Default branch", KEYS.enter],
      ["Address of Vault", KEYS.enter],
      ["Environments", KEYS.enter],
      ["Secrets", KEYS.enter],
      ["PLACEHOLDERS", ""],
    ]);
    expect(run).toMatchObject({ code: 0, missed: null });
    expect(parse(read(dir, "ci-vault.yml"))).toMatchObject({
      gitlab: {
        url: "https://gitlab.example.com",
        project: { id: 22, path: "team/shop" },
        default_branch: "main",
      },
      vault: { url: "https://vault.example.com:8200" },
      environments: { release: { refs: ["protected-tags"] } },
    });
    expect(run.shown).toMatch(/context +release\n/);
    expect(run.shown).toMatch(/vault\.url +https:\/\/vault\.example\.com:8200/);
    expect(run.shown).not.toContain("gitlab.project.id ");
  });

  it.each([
    ["Ctrl-C", KEYS.interrupt],
    ["Escape", KEYS.escape],
  ])("%s gives up: nothing is written", async (_, key) => {
    const dir = await repository();
    const run = await init(dir, [
      ["What kind of project?", KEYS.enter],
      ["Address of your GitLab", key],
    ]);
    expect(run).toMatchObject({ code: 2, missed: null });
    expect(run.shown).toContain("given up: nothing was written");
    expect(snapshot(dir)).toEqual({});
  });

  it("--yes asks nothing on a terminal either", async () => {
    const dir = await repository();
    const run = await init(dir, [], "--yes");
    expect(run).toMatchObject({ code: 0, missed: null });
    expect(run.shown).not.toContain("What kind of project?");
  });
});
