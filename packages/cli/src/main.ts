#!/usr/bin/env node
import { runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

// A reader that goes away (`rollcall status | head`) is no error.
process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
  if (fault.code === "EPIPE") process.exit(0);
  throw fault;
});

const code = await runCommandLine(process.argv.slice(2), processTerminal());
process.exitCode = code;
