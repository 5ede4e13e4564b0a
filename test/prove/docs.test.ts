import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

import { filesFor, rendered, root } from "../docs/console.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { commandIn, folderWith } from "./support.ts";

describeWithServer("docs/prove.md", () => {
  it("shows what the command prints, and what it says of files that were edited", async () => {
    const path = join(root, "docs/prove.md");
    const page = readFileSync(path, "utf8");
    const dir = folderWith(filesFor(page));
    const role = "ci-vault/vault/roles/mygroup--myproject--staging.json";
    const shown = await rendered(page, async (words) => {
      if (words.includes("--files")) {
        // What the page says was done by hand.
        await commandIn(dir, ["manifest.yml", "--force"]);
        const text = readFileSync(join(dir, role), "utf8");
        writeFileSync(join(dir, role), text.replace(/^ {4}"ref_type": "branch",\n/m, ""));
      }
      return commandIn(dir, words);
    });
    await expect(shown).toMatchFileSnapshot(path);
  });
});
