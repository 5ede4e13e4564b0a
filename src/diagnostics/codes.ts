/**
 * Every code, with the severity it is reported at and what it means in a few words. Codes are API: `room/slug`,
 * never renamed, each with a page in docs/diagnostics and a failing fixture in test/manifests/err.
 */
export const CODES = {
  "manifest/not-found": ["error", "the manifest does not exist"],
  "manifest/empty": ["error", "the manifest holds nothing"],
  "manifest/too-large": ["error", "the manifest is larger than 4 MiB"],
  "manifest/not-text": ["error", "the manifest is not UTF-8 text"],
  "manifest/syntax": ["error", "the manifest is not valid YAML"],
  "manifest/duplicate-key": ["error", "a key stands twice in one mapping"],
  "manifest/several-documents": ["error", "the manifest holds more than one YAML document"],
  "manifest/alias-bomb": ["error", "aliases expand to far more than was written"],
  "manifest/unknown-key": ["error", "a key that the language does not have"],
  "manifest/missing-key": ["error", "a required key is missing"],
  "manifest/wrong-type": ["error", "a value of the wrong type"],
  "manifest/invalid-value": ["error", "a value outside the allowed ones"],
  "manifest/unquoted-placeholder": ["error", "an unquoted placeholder became a mapping"],
  "model/no-project": ["error", "nothing says which project may log in"],
  "model/bad-url": ["error", "an address that cannot be used"],
  "model/bad-name": ["error", "a name that GitLab or Vault does not accept"],
  "model/name-collision": ["error", "two things would get the same name"],
  "model/bad-variable": ["error", "a variable name that a shell or GitLab does not accept"],
  "model/duplicate-variable": ["error", "two secrets would set the same variable"],
  "model/unknown-mount": ["error", "a path that begins with no declared mount"],
  "model/unknown-engine": ["error", "a mount with an engine that cannot be read"],
  "model/unsafe-path": ["error", "a path that Vault would reject or read differently"],
  "model/secret-field": ["error", "a secret that does not say which field to read"],
  "model/literal-secret": ["error", "a value where a reference belongs"],
  "model/unknown-placeholder": ["error", "a placeholder that does not exist"],
  "model/no-secrets": ["error", "an environment with nothing to read"],
  "model/bad-pattern": ["error", "a ref pattern that can match nothing"],
  "model/bad-claim": ["error", "a claim that cannot be bound safely"],
  "model/sources": ["error", "pipeline sources that contradict the refs"],
  "model/token": ["error", "a token setting that does not hold together"],
  "model/token-mechanism": ["error", "a token that this GitLab version does not have"],
  "model/bad-job": ["error", "a job that cannot read secrets this way"],
  "model/job-conflict": ["error", "a job key that the generated half owns"],
  "model/unknown-environment": ["error", "a job names an environment that does not exist"],
  "model/protected-environment": ["warning", "protected environments need GitLab Premium"],
  "model/version-range": ["warning", "the version range covers two token mechanisms"],
  "access/over-open": ["error", "secrets that can be read from outside the environment's refs"],
  "access/dead": ["error", "a job or role that can never log in"],
  "access/shared-path": ["error", "two environments would read one path by accident"],
  "access/fork-merge-requests": ["warning", "merge requests that this GitLab cannot tell apart"],
  "access/child-pipelines": ["warning", "child pipelines that a role cannot tell apart"],
  "artifacts/terraform-value": ["error", "a value that Terraform's Vault provider would change"],
  "disk/foreign-file": ["error", "a file that the generator did not write stands in the way"],
  "disk/edited-file": ["error", "a generated file was edited by hand"],
  "disk/drift": ["error", "a generated file is not what the manifest gives"],
  "disk/outside-root": ["error", "a path that leaves the output folder"],
  "disk/bad-ledger": ["error", "the ledger cannot be trusted"],
} as const satisfies Record<string, readonly ["error" | "warning", string]>;

export type Code = keyof typeof CODES;

export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}
