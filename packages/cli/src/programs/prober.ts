import { describeProber } from "../commands/daemons.ts";
import { runMain } from "../run-command-line.ts";

/** `rollcall prober` as a program that holds nothing else. */
await runMain((program, context) => describeProber(program.name("rollcall prober"), context));
