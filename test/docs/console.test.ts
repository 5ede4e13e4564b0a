import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { filesFor, rendered, root } from "./console.ts";

test.each(["access.md", "diff.md", "explain.md", "matrix.md"])(
  "docs/%s shows what the commands print",
  async (name) => {
    const path = join(root, "docs", name);
    const page = readFileSync(path, "utf8");
    const files = Object.entries(filesFor(page)).map(([file, text]) => [`/repo/${file}`, text]);
    const shown = await rendered(page, async (words) => {
      const host = createMemoryHost(Object.fromEntries(files) as Record<string, string>);
      await run(words, host);
      return { out: host.stdout(), err: host.stderr() };
    });
    await expect(shown).toMatchFileSnapshot(path);
  },
);
