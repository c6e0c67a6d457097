import path from "node:path";
import { defineConfig } from "vitest/config";

const TESTKIT = path.join(import.meta.dirname, "../../testkit/src");

/** `npm run test:deploy`: what is installed, as it is installed, one file after the other. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.deploy.ts"],
    globalSetup: [path.join(TESTKIT, "no-leftover-processes.ts")],
    fileParallelism: false,
    // An installation with tests after it that need it.
    sequence: { concurrent: false, shuffle: false },
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
