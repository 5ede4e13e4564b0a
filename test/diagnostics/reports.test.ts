import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";

import { run } from "../../src/cli/index.ts";
import { createMemoryHost } from "../../src/host/memory.ts";
import { example } from "../e2e/generate.ts";
import { CODE_QUALITY, SARIF } from "./report-schemas.ts";

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const shapes = { codequality: ajv.compile(CODE_QUALITY), sarif: ajv.compile(SARIF) } as const;

const GOOD = example("myproject");
/** Two findings of one kind, one of another. */
const BAD = GOOD.replace("secrets:\n", "secrets:\n  B: elsewhere/x#y\n  C: elsewhere/x#z\n").replace(
  "  staging:",
  "  stagin g:",
);

interface Report {
  readonly code: number;
  readonly data: any;
  readonly stderr: string;
}

async function report(
  format: keyof typeof shapes,
  files: Readonly<Record<string, string>>,
  path = "manifest.yml",
): Promise<Report> {
  const host = createMemoryHost({ "/repo/.git/HEAD": "", ...files });
  const code = await run(["check", path, "--format", format], host);
  const data = JSON.parse(host.stdout()) as unknown;
  expect(shapes[format](data), JSON.stringify(shapes[format].errors)).toBe(true);
  return { code, data, stderr: host.stderr() };
}

/** A repository whose files are what the manifest gives. */
async function generated(manifest: string): Promise<Record<string, string>> {
  const host = createMemoryHost({ "/repo/.git/HEAD": "", "/repo/manifest.yml": manifest });
  expect(await run(["manifest.yml"], host)).toBe(0);
  return Object.fromEntries([...host.files].map(([name, text]) => [name, Buffer.from(text).toString()]));
}

describe("codequality", () => {
  it("is an empty list where all is well", async () => {
    const { code, data, stderr } = await report("codequality", await generated(GOOD));
    expect([code, data, stderr]).toEqual([0, [], ""]);
  });

  it("has an issue for each finding, at its line", async () => {
    const { code, data } = await report("codequality", { "/repo/manifest.yml": BAD });
    expect(code).toBe(2);
    const lineOf = (text: string) => BAD.slice(0, BAD.indexOf(text)).split("\n").length;
    expect(data.map((issue: any) => [issue.check_name, issue.severity, issue.location])).toEqual([
      ["model/bad-name", "critical", { path: "manifest.yml", lines: { begin: lineOf("  stagin g") } }],
      ["model/unknown-mount", "critical", { path: "manifest.yml", lines: { begin: lineOf("  B: ") } }],
      ["model/unknown-mount", "critical", { path: "manifest.yml", lines: { begin: lineOf("  C: ") } }],
    ]);
  });

  it("names each finding differently, and the same when lines are added above", async () => {
    const names = async (text: string) =>
      (await report("codequality", { "/repo/manifest.yml": text })).data.map(
        (issue: any) => issue.fingerprint,
      );
    const before = await names(BAD);
    expect(new Set(before).size).toBe(3);
    expect(await names(`# one\n# two\n${BAD.replace("vault:\n", "\n\nvault:\n")}`)).toEqual(before);
  });

  it("says which files differ", async () => {
    const files = await generated(GOOD);
    const role = "/repo/ci-vault/vault/roles/mygroup--myproject--staging.json";
    files[role] += " ";
    delete files["/repo/ci-vault/gitlab/main.yml"];
    const { code, data } = await report("codequality", files);
    expect(code).toBe(1);
    expect(data.map((issue: any) => [issue.check_name, issue.location.path])).toEqual([
      ["disk/drift", role.slice("/repo/".length)],
      ["disk/drift", "ci-vault/gitlab/main.yml"],
    ]);
    expect(new Set(data.map((issue: any) => issue.fingerprint)).size).toBe(2);
  });

  it.each(["./nowhere.yml", "/repo/nowhere.yml", "sub/../nowhere.yml"])(
    "names a manifest that is not there: %s",
    async (path) => {
      const { code, data } = await report("codequality", {}, path);
      expect(code).toBe(2);
      expect(data).toMatchObject([
        { check_name: "manifest/not-found", location: { path: "nowhere.yml", lines: { begin: 1 } } },
      ]);
    },
  );

  it("never shows a value", async () => {
    const { data } = await report("codequality", {
      "/repo/manifest.yml": GOOD.replace("secret/myproject/{environment}/db#password", "hunter2-CANARY"),
    });
    expect(data).not.toHaveLength(0);
    expect(JSON.stringify(data)).not.toContain("CANARY");
  });
});

describe("sarif", () => {
  it("has a run without results where all is well", async () => {
    const { code, data } = await report("sarif", await generated(GOOD));
    expect(code).toBe(0);
    expect(data.runs).toMatchObject([{ tool: { driver: { name: "ci-vault-gen", rules: [] } }, results: [] }]);
  });

  it("has a result for each finding and a rule for each code", async () => {
    const { data } = await report("sarif", { "/repo/manifest.yml": BAD });
    const [{ tool, results }] = data.runs;
    expect(tool.driver.rules.map((rule: any) => rule.id)).toEqual(["model/bad-name", "model/unknown-mount"]);
    for (const result of results) expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    const { artifactLocation, region } = results[1].locations[0].physicalLocation;
    expect(artifactLocation).toEqual({ uri: "manifest.yml" });
    const line = BAD.split("\n")[region.startLine - 1] ?? "";
    expect(region.endLine).toBe(region.startLine);
    expect(line.slice(region.startColumn - 1, region.endColumn - 1)).toContain("elsewhere");
  });

  it("points at files that differ, with their paths as URIs", async () => {
    const manifest = `${GOOD}outputs: { directory: "ci vault" }\n`;
    const files = await generated(manifest);
    files["/repo/ci vault/gitlab/main.yml"] += "\n";
    const { code, data } = await report("sarif", files);
    expect(code).toBe(1);
    expect(data.runs[0].results[0].locations).toEqual([
      { physicalLocation: { artifactLocation: { uri: "ci%20vault/gitlab/main.yml" } } },
    ]);
  });
});
