import { runControl } from "../src/index.ts";

// The exit code is set and nothing is forced: a control that leaves anything open does not end.
const [, , configFile = ""] = process.argv;
process.exitCode = await runControl({ configFile, env: process.env, port: 0 });
