import { silentLog } from "../src/log.ts";
import { untilSignalled } from "../src/shutdown.ts";

// Says what it waits for and what came, and stays until it is ended.
setInterval(() => {}, 60_000);
const signal = untilSignalled(silentLog);
process.stdout.write("ready\n");
process.stdout.write(`${await signal}\n`);
