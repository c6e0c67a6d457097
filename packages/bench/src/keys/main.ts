import { endOnSignal } from "../peers/end-on-signal.ts";
import { measureAdmin } from "./admin.ts";
import { measureCost } from "./cost.ts";
import { measureMany } from "./many.ts";

/** What virtual keys cost: `node src/keys/main.ts [cost|many|admin] [number]`. */
endOnSignal();

const [what, number] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (what === undefined || what === "cost") await measureCost(Number(number ?? "15"), say);
if (what === undefined || what === "many") await measureMany(Number(number ?? "100000"), say);
if (what === undefined || what === "admin") await measureAdmin(Number(number ?? "1000"), say);
process.exit();
