import path from "node:path";
import { defineConfig } from "vitest/config";

/** `npm run test:keys`: virtual keys under load, with processes that are killed; one file after the other. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.keys.ts"],
    globalSetup: [path.join(import.meta.dirname, "../../testkit/src/no-leftover-processes.ts")],
    fileParallelism: false,
    sequence: { concurrent: false, shuffle: false },
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
