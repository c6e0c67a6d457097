import { describeControl } from "../commands/daemons.ts";
import { runMain } from "../run-command-line.ts";

/** `rollcall control` as a program that holds nothing else. */
await runMain((program, context) => describeControl(program.name("rollcall control"), context));
