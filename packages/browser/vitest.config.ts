import path from "node:path";
import { defineConfig } from "vitest/config";

/** The lane test:page. */
export default defineConfig({
  test: {
    root: path.join(import.meta.dirname, "lane"),
    include: ["*.test.ts"],
    globalSetup: ["../../testkit/src/no-leftover-processes.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
});
