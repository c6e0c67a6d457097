import { runGateway } from "../src/index.ts";

/** The gateway as a process of its own, for tests that read its output. */
const [configFile = ""] = process.argv.slice(2);
process.exitCode = await runGateway({ configFile, env: {}, logLevel: "debug" });
