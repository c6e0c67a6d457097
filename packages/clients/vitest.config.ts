import path from "node:path";
import { defineConfig } from "vitest/config";

/** The lane test:clients. The tests beside the source go with all others. */
export default defineConfig({
  test: {
    root: path.join(import.meta.dirname, "lane"),
    include: ["*.test.ts"],
    globalSetup: ["../../testkit/src/no-leftover-processes.ts"],
    testTimeout: 30_000,
    // Clients that take the same package apart do it no faster side by side.
    maxWorkers: 1,
    fileParallelism: false,
  },
});
