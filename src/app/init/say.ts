import type { Fact, NewProject, Surroundings } from "../../artifacts/index.ts";

/** A file that somebody wrote, and that lacks what `init` would have put there. */
export interface Left {
  readonly path: string;
  readonly isPatched: boolean;
  readonly byHand: readonly string[];
}

interface Ending {
  readonly project: NewProject;
  readonly manifest: string;
  readonly created: ReadonlySet<string>;
  readonly left: readonly Left[];
  readonly around: Surroundings;
}

/** The last words: what was written, what was left alone, what is a placeholder, what to do next. */
export function closing({ project, manifest, created, left, around }: Ending): string {
  const lines = ["", `wrote once, and yours from now on: ${[...created].join(", ")}`];
  const patched = left.filter(({ isPatched }) => isPatched).map(({ path }) => path);
  if (patched.length > 0)
    lines.push(
      "",
      `left as they are: ${patched.join(", ")}`,
      "  the patch on stdout adds what is missing; git apply takes it",
    );
  for (const { path, byHand } of left.filter((one) => !one.isPatched && one.byHand.length > 0))
    lines.push("", `left as it is: ${path}; add by hand:`, ...byHand.map((line) => `  ${line}`));
  if (around.hasPipeline && project.environments[0] !== undefined)
    lines.push(
      "",
      `a job of your pipeline reads the secrets with: extends: .vault:${project.environments[0].name}`,
    );

  const open = placeholders(project);
  if (open.length > 0) {
    lines.push(
      "",
      `PLACEHOLDERS in ${manifest}, marked there; replace them, then run ci-vault-gen ${manifest}:`,
    );
    lines.push(
      ...open.map(([key, value, why]) => `  ${key.padEnd(22)} ${value}${why === "" ? "" : `  (${why})`}`),
    );
  }
  lines.push(
    "",
    "next",
    `  ${manifest.replace(/[^/]*$/, "")}docs/secrets.md                     how it works, for everybody in the project`,
    `  ${manifest.replace(/[^/]*$/, "")}ci-vault/vault/setup.sh --dry-run   what it would set up in Vault`,
  );
  return `${lines.join("\n")}\n`;
}

type Row = readonly [key: string, value: string, why: string];

function placeholders(project: NewProject): readonly Row[] {
  const rows: readonly (readonly [key: string, fact: Fact, why: string])[] = [
    ["gitlab.url", project.gitlabUrl, ""],
    ["gitlab.project.id", project.projectId, "of no project: no job can log in until it is replaced"],
    ["gitlab.project.path", project.projectPath, ""],
    ["gitlab.default_branch", project.defaultBranch, "a guess: check it"],
    ["vault.url", project.vaultUrl, ""],
  ];
  return rows.filter(([, fact]) => fact.isPlaceholder).map(([key, { value }, why]) => [key, value, why]);
}
