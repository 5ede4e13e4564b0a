import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apply, drift } from "../../src/disk/index.ts";
import { HostError, type Host } from "../../src/host/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import {
  changesOf,
  dyingHost,
  filesOf,
  generate,
  generated,
  generatedHost,
  listed,
  scaffold,
  temporaryHost,
} from "./support.ts";

const first = [
  generated("a.yml", "a1\n"),
  generated("b.yml", "b1\n"),
  generated("old/x.yml", "x\n"),
  generated("old/y.json", "{}\n"),
];
const second = [
  generated("a.yml", "a2\n"),
  generated("b.yml", "b2\n"),
  generated("new/z.yml", "z\n"),
  scaffold("start.yml"),
];
const third = [
  generated("a.yml", "a3\n"),
  generated("b.yml", "b1\n"),
  generated("new/z.yml", "z3\n"),
  scaffold("start.yml"),
];

function attempt(host: Host, artifacts: typeof third) {
  try {
    generate(host, artifacts);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

/** Every way to die while `second` is generated over `first`, until the run gets through. */
function* deaths() {
  for (let steps = 0; ; steps++) {
    const host = generatedHost(first);
    try {
      generate(dyingHost(host, steps), second);
      return;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      yield { steps, host };
    }
  }
}

/** As after a run that nothing disturbed. */
function undisturbed(artifacts: typeof third) {
  const host = generatedHost(first);
  generate(host, artifacts);
  return filesOf(host);
}

test("a run that died anywhere is finished by the next one, with the same bytes", () => {
  let count = 0;
  for (const { host } of deaths()) {
    generate(host, second);
    expect(filesOf(host)).toEqual(undisturbed(second));
    count++;
  }
  expect(count).toBe(9);
});

test("a run that died anywhere does not stop the run of another manifest", () => {
  for (const { host, steps } of deaths()) {
    generate(host, third);
    const expected = undisturbed(third);
    // The scaffold is the user's as soon as it is there.
    expect(filesOf(host), `after ${steps} steps`).toEqual(expected);
  }
});

test("runs that die one after the other still leave only files that are ours", () => {
  for (const { host } of deaths()) {
    for (let steps = 0; steps < 4; steps++) {
      for (const artifacts of [third, first, second]) attempt(dyingHost(host, steps), artifacts);
    }
    generate(host, second);
    expect(changesOf(host, second).changes).toEqual([]);
  }
});

test("an edit by hand is still seen after a run that died", () => {
  for (const { host } of deaths()) {
    host.files.set("/repo/ci-vault/a.yml", "by hand\n");
    expect(() => generate(host, second)).toThrow("disk/edited-file");
  }
});

test("the touched paths are returned: removed, written, and the ledger last", () => {
  const host = generatedHost(first);
  expect(generate(host, second)).toEqual([
    "old/x.yml",
    "old/y.json",
    "a.yml",
    "b.yml",
    "new/z.yml",
    "start.yml",
    ".ci-vault-gen.json",
  ]);
  expect(host.written.at(-1)).toBe("/repo/ci-vault/.ci-vault-gen.json");
});

test("where case does not count, a file can change the case of its name", () => {
  for (const text of ["same\n", "other\n"]) {
    const host = caseless();
    generate(host, [generated("env/Prod.yml", "same\n"), generated("b", "b\n")]);
    const now = [generated("env/prod.yml", text), generated("b", "b\n")];
    expect(listed(changesOf(host, now))).toEqual([
      "remove env/Prod.yml",
      "create env/prod.yml",
      "modify .ci-vault-gen.json",
    ]);
    generate(host, now);
    expect(changesOf(host, now).changes).toEqual([]);
    expect(host.list("/repo/ci-vault/env")).toEqual(["prod.yml"]);
    expect(Buffer.from(host.readFile("/repo/ci-vault/env/prod.yml") ?? []).toString()).toBe(text);
  }
});

test("where case does not count, a change of case that died half way is finished too", () => {
  const now = [generated("env/prod.yml", "new\n"), generated("b", "b\n")];
  for (let steps = 0; steps <= 5; steps++) {
    const host = caseless();
    generate(host, [generated("env/Prod.yml", "old\n"), generated("b", "b\n")]);
    attempt(dyingHost(host, steps), now);
    generate(host, now);
    expect(host.list("/repo/ci-vault/env"), `after ${steps} steps`).toEqual(["prod.yml"]);
    expect(changesOf(host, now).changes).toEqual([]);
  }
});

test("the ledger is written only when it changes", () => {
  const host = generatedHost(first);
  host.files.set("/repo/ci-vault/a.yml", "by hand\n");
  host.written.length = 0;
  generate(host, first, { force: true });
  expect(host.written).toEqual(["/repo/ci-vault/a.yml"]);
});

test("where case counts, a file can change the case of its name too", () => {
  const host = generatedHost([generated("Prod.yml", "p\n")]);
  const now = [generated("prod.yml", "p\n")];
  generate(host, now);
  expect(Object.keys(filesOf(host))).toEqual([
    "/repo/ci-vault/.ci-vault-gen.json",
    "/repo/ci-vault/prod.yml",
  ]);
  expect(changesOf(host, now).changes).toEqual([]);
});

test("a set without changes writes nothing and tidies nothing", () => {
  const host = createMemoryHost();
  const frozen = dyingHost(host, 0);
  expect(apply(frozen, { ...changesOf(host, []), vacated: ["x"] })).toEqual([]);
});

/** A memory machine with a file system as on macOS: the first spelling of a name stays, any spelling finds it. */
function caseless(): Host {
  const host = createMemoryHost();
  const real = (path: string) =>
    [...host.files.keys()].find((file) => file.toLowerCase() === path.toLowerCase()) ?? path;
  return {
    ...host,
    kind: (path) => host.kind(real(path)),
    readFile: (path) => host.readFile(real(path)),
    removeFile: (path) => host.removeFile(real(path)),
    writeFile: (path, text) => host.writeFile(real(path), text),
  };
}

test("a script that lost its mark is drift, and gets it back", () => {
  const { host, folder } = temporaryHost();
  const root = join(folder, "out");
  const artifacts = [{ ...generated("setup.sh", "#!/bin/sh\n"), executable: true }];
  generate(host, artifacts, { root });
  chmodSync(join(root, "setup.sh"), 0o644);
  const again = changesOf(host, artifacts, { root });
  expect(drift(again).modified).toEqual(["setup.sh"]);
  apply(host, again);
  expect(statSync(join(root, "setup.sh")).mode & 0o777).toBe(0o755);
});
