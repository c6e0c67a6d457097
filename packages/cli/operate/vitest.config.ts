import path from "node:path";
import { defineConfig } from "vitest/config";

/** `npm run test:operate`: restarts and upgrades under traffic, as a service manager makes them; one file after the other. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.operate.ts"],
    globalSetup: [path.join(import.meta.dirname, "../../testkit/src/no-leftover-processes.ts")],
    fileParallelism: false,
    sequence: { concurrent: false, shuffle: false },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
