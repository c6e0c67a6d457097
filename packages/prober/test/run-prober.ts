import { runProber } from "../src/index.ts";

// The exit code is set and nothing is forced: a prober that leaves anything open does not end.
const [, , configFile = ""] = process.argv;
process.exitCode = await runProber({ configFile, env: process.env, port: 0 });
