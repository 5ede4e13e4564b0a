import type { Host } from "../../host/index.ts";
import { compile } from "../compile.ts";
import { type ExitCode, type Format, tell } from "../report.ts";
import { answerClaims, asJson, asText } from "./claims.ts";
import { explainCode } from "./code.ts";
import { explainError } from "./error.ts";
import { readPayload } from "./payload.ts";

export interface ExplainOptions {
  /** A file with the claims of a token (its decoded middle part), or `-` for standard input. */
  readonly claims?: string | undefined;
  /** What Vault answered. */
  readonly error?: string | undefined;
  readonly format?: Format | undefined;
}

/**
 * `ci-vault-gen explain CODE`: the page of a diagnostic. `explain MANIFEST --claims FILE`: what each role says to a token.
 * `explain MANIFEST --error TEXT`: what an answer of Vault means here. With both, the claims say which role was meant.
 */
export function explain(host: Host, subject: string | undefined, options: ExplainOptions = {}): ExitCode {
  if (options.claims === undefined && options.error === undefined) return explainCode(host, subject);
  if (subject === undefined) {
    host.err(
      "explain --claims and --error need a manifest: ci-vault-gen explain manifest.yml --claims payload.json\n",
    );
    return 2;
  }
  const payload = options.claims === undefined ? undefined : readPayload(host, options.claims);
  if (payload?.problem !== undefined) {
    host.err(`${payload.problem}\n`);
    return 2;
  }
  const result = compile(host, subject);
  tell(host, result.diagnostics, result.source, "human");
  if (result.value === undefined) return 2;
  const meaning = options.error === undefined ? undefined : explainError(options.error, result.value);
  const answers = payload && answerClaims(payload.claims, result.value);
  if (options.format === "json") {
    const json = {
      schema_version: 1,
      ...(meaning === undefined ? {} : { error: meaning }),
      ...(answers === undefined ? {} : { roles: asJson(answers) }),
    };
    host.out(`${JSON.stringify(json, null, 2)}\n`);
  } else {
    const parts = [meaning?.lines.join("\n"), answers && asText(answers)];
    host.out(`${parts.filter((part) => part !== undefined).join("\n\n")}\n`);
  }
  const isClear = meaning?.known ?? true;
  const isAdmitted = answers?.some(({ wrong }) => wrong === 0) ?? true;
  return isClear && isAdmitted ? 0 : 1;
}
