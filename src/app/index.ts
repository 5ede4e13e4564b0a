// In:  a host and what a command was asked to do.
// Out: an exit code; everything else through the host.
// Does not know: argv, commander, the real machine.

export { check, type CheckOptions } from "./check.ts";
export { compile, type Compiled, type CompileResult } from "./compile.ts";
export { diff, type DiffOptions } from "./diff/index.ts";
export { explain, type ExplainOptions } from "./explain/index.ts";
export { generate, type GenerateOptions } from "./generate.ts";
export { init, type InitOptions } from "./init/index.ts";
export { matrix, type MatrixOptions } from "./matrix/index.ts";
export { plan, type PlanOptions } from "./plan.ts";
export { prove, type ProveOptions } from "./prove/index.ts";
export type { ExitCode, Format } from "./report.ts";
export type { Target } from "../model/index.ts";
