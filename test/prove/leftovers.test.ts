import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";

import { example } from "../e2e/generate.ts";
import { buildCopy } from "../support/built.ts";
import { minimalEnvironment } from "../support/exec.ts";
import { describeWithServer } from "../support/openbao/describe.ts";
import { processes } from "../support/processes.ts";
import { tempDir } from "../support/temp.ts";
import { commandIn, folderWith, pathWithServer } from "./support.ts";

/** Programs that were started with this PATH's server, by the folder that only this test uses. */
const running = (mark: string) => [...processes().values()].filter((line) => line.includes(mark));

describeWithServer("prove leaves nothing behind", () => {
  let main = "";
  beforeAll(async () => {
    main = await buildCopy();
  });

  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("after %s in the middle", async (signal) => {
    const path = pathWithServer();
    const [bin = ""] = path.split(":");
    const scratch = tempDir("scratch");
    const dir = folderWith({ "manifest.yml": example("auto-deploy") });
    const child = spawn(process.execPath, [main, "prove", "manifest.yml"], {
      cwd: dir,
      env: minimalEnvironment({ PATH: path, TMPDIR: scratch }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const gone = once(child, "exit");
    for (let attempt = 0; attempt < 400 && running(join(bin, "bao")).length === 0; attempt++) await sleep(5);
    expect(running(join(bin, "bao"))).not.toEqual([]);
    await sleep(100);
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    expect(code).toBe(signal === "SIGKILL" ? null : 3);
    for (let attempt = 0; attempt < 200 && running(join(bin, "bao")).length > 0; attempt++) await sleep(10);
    expect(running(join(bin, "bao"))).toEqual([]);
    for (let attempt = 0; attempt < 200 && readdirSync(scratch).length > 0; attempt++) await sleep(10);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it("and after a run to the end", async () => {
    const dir = folderWith({ "manifest.yml": example("myproject") });
    const before = process.listenerCount("SIGINT") + process.listenerCount("exit");
    expect((await commandIn(dir, ["prove", "manifest.yml"])).code).toBe(0);
    expect(process.listenerCount("SIGINT") + process.listenerCount("exit")).toBeLessThanOrEqual(before + 1);
    expect(readdirSync(dir)).toEqual(["manifest.yml"]);
  });

  it("says so where there is no server to start", async () => {
    const dir = folderWith({ "manifest.yml": example("myproject") });
    const { code, out, err } = await commandIn(dir, ["prove", "manifest.yml"], { PATH: "/nonexistent" });
    expect([code, out]).toEqual([3, ""]);
    expect(err).toContain("`bao` or `vault` on the PATH: install one, or give --server a disposable server");
  });
});
