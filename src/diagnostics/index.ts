// In:  what a stage found, and the text it found it in.
// Out: `Diagnostic` values, and their renderings for people and programs.
// Does not know: YAML, the manifest's language, or which stage is speaking.

export { CODES, isCode, type Code } from "./codes.ts";
export { closest } from "./closest.ts";
export {
  checked,
  hasErrors,
  type Checked,
  type Diagnostic,
  type Label,
  type Place,
  type Route,
  type Span,
} from "./diagnostic.ts";
export { renderCodeQuality } from "./code-quality.ts";
export { type Finding, findingsOf } from "./finding.ts";
export { renderHuman } from "./human.ts";
export { renderJson } from "./json.ts";
export { atKey, atSpan, atValue, report } from "./report.ts";
export { renderSarif } from "./sarif.ts";
export { looksSecret, scrub } from "./secret-shapes.ts";
export { type Source } from "./source.ts";
