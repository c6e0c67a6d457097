#!/usr/bin/env node
import { runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

// A reader that goes away (`rollcall status | head`) is no error.
process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
  if (fault.code === "EPIPE") process.exit(0);
  throw fault;
});

// All that was to be ended has been; what a failed start left half open must not keep the process.
process.exit(await runCommandLine(process.argv.slice(2), processTerminal()));
