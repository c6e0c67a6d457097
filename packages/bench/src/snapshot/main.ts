import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { VERDICTS, type Snapshot, type Verdict } from "@rollcall/contract";
import { changeLogOf, FileSnapshotWriter, HttpSnapshotWriter, type SnapshotWriter } from "@rollcall/snapshot";
import { benchClock } from "./clock.ts";
import { fleetOf, next } from "./fleet.ts";

// How long one change takes from the writer's call to the reader's, and what it costs on the way.
const RECORDS = Number(process.argv[2] ?? "100000");
const CHANGES = Number(process.argv[3] ?? "100");
const READER = fileURLToPath(new URL("reader.ts", import.meta.url));

interface Carrier {
  readonly name: string;
  readonly writer: SnapshotWriter<Snapshot, Verdict>;
  readonly target: string;
  /** Bytes that were written or sent so far. */
  readonly carried: () => number;
  readonly close: () => Promise<void>;
}

interface Row {
  readonly wholeMs: number;
  readonly wholeBytes: number;
  readonly changeMs: readonly number[];
  readonly bytesEach: number;
  readonly heartbeatBytes: number;
}

process.stdout.write(
  `${RECORDS} verdicts; ${CHANGES} changes of one each; reader in a process of its own\n\n` +
    "| carrier | the whole | its size | one change, median | at most | bytes a change | bytes a heartbeat |\n" +
    "| --- | --- | --- | --- | --- | --- | --- |\n",
);
for (const open of [byFile, () => overHttp("stream"), () => overHttp("asked every half second")]) {
  const carrier = await open();
  try {
    print(carrier.name, await measure(carrier));
  } finally {
    await carrier.close();
  }
}

async function byFile(): Promise<Carrier> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "rollcall-snapshot-"));
  const file = path.join(directory, "state.json");
  return {
    name: "file",
    writer: new FileSnapshotWriter(VERDICTS, file),
    target: file,
    carried: () => sizeOf(file) + sizeOf(changeLogOf(file)),
    close: () => rm(directory, { recursive: true }),
  };
}

/** In bytes; 0 where there is none. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function overHttp(how: "stream" | "asked every half second"): Promise<Carrier> {
  const writer = new HttpSnapshotWriter({ kind: VERDICTS, clock: benchClock, refusal: () => null });
  const server = createServer((request, response) => {
    // As behind a proxy that knows no streams.
    if (how !== "stream") delete request.headers.accept;
    writer.answer(request, response);
  }).listen(0, "127.0.0.1");
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  await once(server, "listening");
  return {
    name: `HTTP, ${how}`,
    writer,
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`,
    carried: () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    close: async () => {
      await writer.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function measure({ writer, target, carried }: Carrier): Promise<Row> {
  let snapshot = fleetOf(RECORDS);
  await writer.write(snapshot);
  const begun = now();
  const child = fork(READER, [target]);
  try {
    const wholeMs = (await arrival(child, 1)) - begun;
    const wholeBytes = carried();
    const write = async (place: number | null): Promise<number> => {
      const [after, change] = next(snapshot, place);
      snapshot = after;
      const from = now();
      const arrived = arrival(child, after.sequence);
      await writer.write(after, change);
      return (await arrived) - from;
    };
    const changeMs: number[] = [];
    for (let count = 0; count < CHANGES; count += 1) {
      changeMs.push(await write(count));
      await sleep(20);
    }
    const bytesEach = (carried() - wholeBytes) / CHANGES;
    const before = carried();
    for (let count = 0; count < 10; count += 1) await write(null);
    return { wholeMs, wholeBytes, changeMs, bytesEach, heartbeatBytes: (carried() - before) / 10 };
  } finally {
    child.kill();
  }
}

function arrival(child: ChildProcess, sequence: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const listen = (said: { sequence?: number; at?: number; fault?: string }) => {
      if (said.fault !== undefined) reject(new Error(said.fault));
      if (said.sequence !== sequence || said.at === undefined) return;
      child.off("message", listen);
      resolve(said.at);
    };
    child.on("message", listen);
  });
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function print(name: string, { wholeMs, wholeBytes, changeMs, bytesEach, heartbeatBytes }: Row): void {
  const sorted = changeMs.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const worst = sorted.at(-1) ?? 0;
  const cells = [
    name,
    `${Math.round(wholeMs)} ms`,
    `${(wholeBytes / 2 ** 20).toFixed(1)} MiB`,
    `${median.toFixed(1)} ms`,
    `${worst.toFixed(1)} ms`,
    String(Math.round(bytesEach)),
    String(Math.round(heartbeatBytes)),
  ];
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
