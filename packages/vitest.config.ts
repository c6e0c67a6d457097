import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*/{src,test,scripts}/**/*.test.ts"],
    globalSetup: ["testkit/src/compile-cache.ts", "testkit/src/no-leftover-processes.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two cores: more workers than that only make timings noisy.
    maxWorkers: 2,
  },
});
