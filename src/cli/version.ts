declare const __VERSION__: string;

/** Filled in by the build; tests run from source. */
export const VERSION = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";
