import { readFileSync } from "node:fs";
import { sendAtFixedRate } from "./fixed-rate.ts";
import type { Job } from "./generator.ts";
import { openStreams } from "./streams.ts";

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;
const result = job.kind === "rate" ? await sendAtFixedRate(job) : await openStreams(job);
process.stdout.write(`result ${JSON.stringify(result)}\n`, () => process.exit());
