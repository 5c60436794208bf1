import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "properties/**/*.test.ts", "fixtures/**/*.test.ts", "bench/**/*.test.ts"],
    globalSetup: ["fixtures/subjects/buildOnce.ts"],
    testTimeout: 120_000,
    // One core is left to others by default, which halves the speed of a machine of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
