import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { viteTemplates } from "./scripts/templates.mjs";

export default defineConfig({
  plugins: [viteTemplates],
  resolve: {
    alias: { "#templates-runtime": fileURLToPath(new URL("src/artifacts/text/runtime.ts", import.meta.url)) },
  },
  test: {
    globalSetup: "test/support/setup.ts",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    include: ["test/**/*.test.ts"],
  },
});
