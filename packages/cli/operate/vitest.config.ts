import path from "node:path";
import { defineConfig } from "vitest/config";

/** `npm run test:operate`: what operators do and look at, with the programs that they use; one file after the other. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.operate.ts"],
    globalSetup: [path.join(import.meta.dirname, "../../testkit/src/no-leftover-processes.ts")],
    fileParallelism: false,
    sequence: { concurrent: false, shuffle: false },
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
