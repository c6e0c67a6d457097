import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "../../peers/child.ts";
import type { FixedRate, FixedRateResult } from "./fixed-rate.ts";
import type { Streams, StreamsResult } from "./streams.ts";

/** What the generator's process is told to do. */
export type Job = ({ readonly kind: "rate" } & FixedRate) | ({ readonly kind: "streams" } & Streams);

const MAIN = fileURLToPath(import.meta.resolve("./main.ts"));
const RESULT = /^result (.*)$/m;

export function generateRate(directory: string, job: FixedRate): Promise<FixedRateResult> {
  return run(directory, { kind: "rate", ...job });
}

export function generateStreams(directory: string, job: Streams): Promise<StreamsResult> {
  return run(directory, { kind: "streams", ...job });
}

/** A process of its own, so that nothing else of the bench delays what it sends and hears. */
async function run<Answer>(directory: string, job: Job): Promise<Answer> {
  const file = path.join(directory, "job.json");
  writeFileSync(file, JSON.stringify(job));
  const child = new Child(process.execPath, [MAIN, file]);
  await child.allRead;
  const result = RESULT.exec(child.output)?.[1];
  if (result === undefined) throw new Error(`the load generator failed: ${child.output.slice(-2_000)}`);
  return JSON.parse(result) as Answer;
}
