// In:  an environment's ref rules, sources, GitLab environment and claims.
// Out: rules, each one conjunction, and their three views: expressions, bound claims, predicate over a context; and the
//      proof that emitted roles and expressions say what the rules say.
// Does not know: secrets, paths, names of roles, files.

export { type BoundClaims, boundClaims } from "./claims.ts";
export { combine } from "./combine.ts";
export { holds, readCondition } from "./condition.ts";
export {
  allows,
  type Claims,
  claimsOf,
  type ClaimValue,
  type Context,
  describeContext,
  type EnteredEnvironment,
  type Project,
} from "./context.ts";
export { difference, type Part } from "./difference.ts";
export { describePart } from "./difference-words.ts";
export { conditions, VARIABLES } from "./expression.ts";
export { covers, hasWildcard, matches, specimen } from "./pattern.ts";
export { type EmittedRole, type Finding, type Proof, prove } from "./proof.ts";
export { projectOf, type Row, rowsOfRef, type Setting, standardRows } from "./rows.ts";
export { admits, judge, readRole, type RoleView, type Verdict } from "./role.ts";
export { BRANCH_SOURCES, describe, type Kind, MERGE_REQUEST, type Rule, rulesOf } from "./rule.ts";
export { contextsOfCondition, contextsOfRole } from "./witness.ts";
