import type { Plugin } from "vitest/config";

export const viteTemplates: Plugin;
export declare const esbuildTemplates: import("esbuild").Plugin;
