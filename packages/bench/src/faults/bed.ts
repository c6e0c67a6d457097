import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { ArrivalLog } from "./arrival-log.ts";

export const MODEL = "gpt-oss-120b";

/** The key that backends ask for at first. */
export const FIRST_KEY = "key-0";

/** A whole answer takes 150 ms, so that at any moment some streams are under way. */
export const TOKENS_PER_SECOND = 80;

export interface BedOptions {
  readonly replicas: number;
  readonly tokensPerSecond: number;
  /** Of the first replica. */
  readonly maxNumSeqs?: number | undefined;
}

/** What one row runs on: simulated backends, and a directory for the files of the system under test. */
export interface Bed {
  readonly directory: string;
  readonly replicas: readonly Simulator[];
  readonly logs: readonly ArrivalLog[];
  close(): Promise<void>;
}

const directories = new Set<string>();

// A bench that is interrupted leaves nothing behind either.
process.on("exit", () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

export async function makeBed({ replicas: count, tokensPerSecond, maxNumSeqs }: BedOptions): Promise<Bed> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-bench-row-"));
  directories.add(directory);
  const replicas: Simulator[] = [];
  for (let index = 0; index < count; index += 1)
    replicas.push(
      await startSimulator({
        servedNames: [MODEL],
        apiKeys: [FIRST_KEY],
        tokensPerSecond,
        seed: index + 1,
        ...(index === 0 && maxNumSeqs !== undefined && { maxNumSeqs }),
      }),
    );
  const logs = replicas.map(({ seen }) => new ArrivalLog(seen));
  return {
    directory,
    replicas,
    logs,
    close: async () => {
      for (const log of logs) log.stop();
      await Promise.all(replicas.map((replica) => replica.close()));
      rmSync(directory, { recursive: true, force: true });
      directories.delete(directory);
    },
  };
}
