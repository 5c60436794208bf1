import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "properties/**/*.test.ts", "fixtures/**/*.test.ts", "bench/**/*.test.ts"],
    globalSetup: ["fixtures/subjects/buildOnce.ts"],
    testTimeout: 120_000,
  },
});
