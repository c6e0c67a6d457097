import { defineConfig } from "vitest/config";

/** Those that put another module in the place of one of Node's: that holds for all files that share theirs. */
const REPLACING_MODULES = [
  "runtime/src/{container,state-file}.test.ts",
  "snapshot/src/file-{reader,writer}.test.ts",
];

export default defineConfig({
  test: {
    root: import.meta.dirname,
    globalSetup: ["testkit/src/compile-cache.ts", "testkit/src/no-leftover-processes.ts"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two cores: more workers than that only make timings noisy.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // What stands beside its source keeps no state: modules are loaded once for all files.
        test: {
          name: "unit",
          include: ["*/{src,scripts}/**/*.test.ts"],
          exclude: REPLACING_MODULES,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: "behaviour", include: ["*/test/**/*.test.ts", ...REPLACING_MODULES] },
      },
    ],
  },
});
