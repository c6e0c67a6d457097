import path from "node:path";
import { defineConfig } from "vitest/config";

/** `npm run test:real`: beside real servers, one file after the other. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.real.ts"],
    globalSetup: [
      "any-place.ts",
      path.join(import.meta.dirname, "../../testkit/src/no-leftover-processes.ts"),
    ],
    fileParallelism: false,
    // A server with tests after it that need it.
    sequence: { concurrent: false, shuffle: false },
    testTimeout: 700_000,
    hookTimeout: 300_000,
  },
});
