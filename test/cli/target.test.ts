import { describe, expect, it } from "vitest";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost, type MemoryHost } from "../../src/host/memory.ts";
import { example } from "../e2e/generate.ts";

const MANIFEST = "/repo/manifest.yml";
const memory = () => createMemoryHost({ [MANIFEST]: example("myproject"), "/repo/.git/HEAD": "" });
const has = (host: MemoryHost, path: string) => host.files.has(`/repo/ci-vault/${path}`);

describe("--target", () => {
  it("adds to the manifest's targets, and takes none away", async () => {
    const host = memory();
    expect(await run(["manifest.yml", "--target", "docs", "--target", "terraform"], host)).toBe(0);
    for (const path of ["SECRETS.md", "terraform/roles.tf.json", "gitlab/main.yml", "vault/setup.sh"])
      expect(has(host, path), path).toBe(true);
    expect(has(host, "openbao/setup.sh")).toBe(false);
  });

  it("is for one run: check agrees with it and not without it, and the next run prunes", async () => {
    const host = memory();
    await run(["manifest.yml", "--target", "docs"], host);
    expect(await run(["check", "manifest.yml", "--target", "docs"], host)).toBe(0);
    expect(await run(["check", "manifest.yml"], host)).toBe(1);
    expect(host.stderr()).toContain("stale: ci-vault/SECRETS.md");
    await run(["manifest.yml"], host);
    expect(has(host, "SECRETS.md")).toBe(false);
    expect(has(host, "gitlab/main.yml")).toBe(true);
    expect(await run(["check", "manifest.yml", "--target", "docs"], host)).toBe(1);
    expect(host.stderr()).toContain("to repair: ci-vault-gen manifest.yml --target docs --force");
  });

  it("shows in the plan", async () => {
    const host = memory();
    await run(["plan", "manifest.yml", "--json", "--target", "openbao"], host);
    const { files } = JSON.parse(host.stdout()) as { files: string[] };
    expect(files).toContain("openbao/auth-config.json");
  });

  it("knows its names", async () => {
    const host = memory();
    expect(await run(["manifest.yml", "--target", "terrafrom"], host)).toBe(2);
    expect(host.stderr()).toContain("Allowed choices are gitlab, vault, terraform, openbao, docs");
    expect(has(host, "gitlab/main.yml")).toBe(false);
  });
});
