import path from "node:path";
import { defineConfig } from "vitest/config";

/** The lane test:litellm. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: [
      path.join(import.meta.dirname, "install.ts"),
      path.join(import.meta.dirname, "../../testkit/src/no-leftover-processes.ts"),
    ],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
