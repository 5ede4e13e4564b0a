import { closest, CODES, isCode } from "../../diagnostics/index.ts";
import { type Host, readAsset } from "../../host/index.ts";
import type { ExitCode } from "../report.ts";

/** `ci-vault-gen explain CODE`: the documentation page of a diagnostic; without a code, the list of all. */
export function explainCode(host: Host, code: string | undefined): ExitCode {
  if (code === undefined) {
    const width = Math.max(...Object.keys(CODES).map((name) => name.length));
    for (const [name, [severity, title]] of Object.entries(CODES))
      host.out(`${name.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`);
    return 0;
  }
  const plain = code.replace(/^(?:error|warning)?\[|\]:?$/g, "");
  if (isCode(plain)) {
    host.out(readAsset(host, `docs/diagnostics/${plain}.md`));
    return 0;
  }
  const meant = closest(plain, Object.keys(CODES));
  host.err(`there is no diagnostic ${plain}${meant === undefined ? "" : `; did you mean ${meant}?`}\n`);
  return 2;
}
