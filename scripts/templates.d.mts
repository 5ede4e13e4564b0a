import type { Plugin } from "vitest/config";

export const viteTemplates: Plugin;
