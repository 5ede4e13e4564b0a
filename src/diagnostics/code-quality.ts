import { type Finding, fingerprints } from "./finding.ts";

/**
 * GitLab's Code Quality report: a list, one object for each finding
 * (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format). Every key is required there, `lines.begin`
 * too, so a finding about a whole file stands at its first line.
 */
export function renderCodeQuality(findings: readonly Finding[], hash: (text: string) => string): string {
  const names = fingerprints(findings, hash);
  const issues = findings.map((finding, index) => ({
    description: [finding.message, ...finding.advice].join("; "),
    check_name: finding.code,
    fingerprint: names[index],
    severity: finding.severity === "error" ? "critical" : "minor",
    location: { path: finding.path, lines: { begin: finding.start?.line ?? 1 } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
