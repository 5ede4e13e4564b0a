import { type Finding, fingerprints, titleOf } from "./finding.ts";

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), as code scanners take it. Columns are
 * counted in code points, and an end column is the one after the last character, both as ours are.
 */
export function renderSarif(findings: readonly Finding[], hash: (text: string) => string): string {
  const names = fingerprints(findings, hash);
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const rules = codes.map((id) => ({
    id,
    shortDescription: { text: titleOf(id) },
    help: { text: `ci-vault-gen explain ${id}` },
  }));
  const results = findings.map((finding, index) => ({
    ruleId: finding.code,
    ruleIndex: codes.indexOf(finding.code),
    level: finding.severity,
    message: { text: [finding.message, ...finding.advice].join("\n") },
    locations: [{ physicalLocation: placeOf(finding) }],
    partialFingerprints: { "ciVaultGen/v1": names[index] },
  }));
  const driver = { name: "ci-vault-gen", rules };
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "unicodeCodePoints", results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function placeOf({ path, start, end }: Finding): object {
  // A URI reference, in which a path's own special characters are escaped.
  const artifactLocation = { uri: path.split("/").map(encodeURIComponent).join("/") };
  if (start === undefined) return { artifactLocation };
  const { line: startLine, column: startColumn } = start;
  const ends = end === undefined ? {} : { endLine: end.line, endColumn: end.column };
  return { artifactLocation, region: { startLine, startColumn, ...ends } };
}
