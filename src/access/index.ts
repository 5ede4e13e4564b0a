// In:  an environment's ref rules, sources, GitLab environment and claims.
// Out: rules, each one conjunction, and their three views: expression, bound claims, predicate over a context.
// Does not know: secrets, paths, names of roles, files.

export { type BoundClaims, boundClaims } from "./claims.ts";
export { combine } from "./combine.ts";
export { allows, type Context } from "./context.ts";
export { expression } from "./expression.ts";
export { BRANCH_SOURCES, hasWildcard, matches, MERGE_REQUEST, type Rule, rulesOf } from "./rule.ts";
