import { describeGateway } from "../commands/daemons.ts";
import { runMain } from "../run-command-line.ts";

/** `rollcall gateway` as a program that holds nothing else. */
await runMain((program, context) => describeGateway(program.name("rollcall gateway"), context));
