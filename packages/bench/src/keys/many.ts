import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KEYS, NO_LIMITS, type AccessRecord, type KeyRecord, type KeySnapshot } from "@rollcall/contract";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import { benchClock as clock } from "../snapshot/clock.ts";
import { processTree } from "../speed/kernel/process-tree.ts";
import { residentKiB } from "../speed/kernel/resident-memory.ts";
import { openSite } from "../speed/site.ts";
import { startKeyed, type KeyedGateway } from "./keyed-gateway.ts";

const WORKERS = 4;
const CHANGES = 20;
/** Garbage of the start is collected by then. */
const IDLE_MS = 45_000;

/** What a key set of that size costs: the start, the memory of each worker, and how soon every worker has heard of a change. */
export async function measureMany(count: number, say: (line: string) => void): Promise<void> {
  const few = await once(0, say);
  const many = await once(count, say);
  say(
    `${count} keys: ${((many.kib - few.kib) / 1024).toFixed(0)} MiB more a worker, ${((many.readyMs - few.readyMs) / 1_000).toFixed(2)} s longer to start`,
  );
}

async function once(count: number, say: (line: string) => void) {
  const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: 50 });
  const keyed = await startKeyed(site, { workers: WORKERS, withControl: false });
  const control = new PlayedControl(keyed.controlDirectory, count + 1);
  try {
    const began = performance.now();
    await control.listen();
    const readyMs = await untilKnown(keyed, began);
    await sleep(IDLE_MS);
    const workers = processTree(keyed.pids).filter((pid) => !keyed.pids.includes(pid));
    const kib = workers.reduce((sum, pid) => sum + residentKiB([pid]), 0) / workers.length;
    const latencies: number[] = [];
    for (let change = 0; change < CHANGES; change += 1) latencies.push(await revoke(keyed, control));
    latencies.sort((one, other) => one - other);
    say(
      `${count} keys, ${WORKERS} workers: ready after ${(readyMs / 1_000).toFixed(2)} s, ${(kib / 1024).toFixed(0)} MiB a worker, a revocation at every worker after ${latencies[CHANGES >> 1]?.toFixed(0)} ms (at most ${latencies.at(-1)?.toFixed(0)})`,
    );
    return { kib, readyMs };
  } finally {
    await keyed.stop();
    control.close();
    await site.close();
  }
}

/** Every worker knows the last key. */
async function untilKnown({ url }: KeyedGateway, began: number): Promise<number> {
  for (;;) {
    const statuses = await askAll(url, secretOf(0)).catch(() => []);
    if (statuses.length > 0 && statuses.every((status) => status === 200)) return performance.now() - began;
    await sleep(20);
  }
}

/** Milliseconds from the change to the last answer that was still good, of connections that reach all workers. */
async function revoke({ url }: KeyedGateway, control: PlayedControl): Promise<number> {
  const began = performance.now();
  await control.block(true);
  for (;;) {
    const statuses = await askAll(url, secretOf(0));
    if (statuses.every((status) => status === 401)) break;
  }
  const ms = performance.now() - began;
  await control.block(false);
  while ((await askAll(url, secretOf(0))).some((status) => status !== 200)) await sleep(10);
  return ms;
}

/** Each on a connection of its own: with so many, all workers are among them. */
function askAll(url: string, key: string): Promise<readonly number[]> {
  const headers = { authorization: `Bearer ${key}`, connection: "close" };
  return Promise.all(
    Array.from({ length: 6 * WORKERS }, async () => (await fetch(`${url}/v1/models`, { headers })).status),
  );
}

const secretOf = (index: number) => `sk-bench-${index}-`.padEnd(46, "x");

function recordOf(index: number): KeyRecord {
  const digest = createHash("sha256").update(secretOf(index)).digest("base64url");
  return {
    kind: "key",
    id: `key-${index}`,
    hashes: [{ method: "sha256", digest, until: null }],
    team: `team-${index % 100}`,
    user: null,
    models: [],
    aliases: {},
    type: "default",
    routes: [],
    blocked: false,
    expiresAt: null,
    limits: { rpm: 600, parallel: 10, models: {} },
  };
}

/** Control's part that tells the key set, and nothing else of it. */
class PlayedControl {
  readonly #directory: string;
  readonly #server: Server;
  readonly #records: AccessRecord[];
  readonly #writer: HttpSnapshotWriter<KeySnapshot, AccessRecord>;
  #sequence = 0;

  constructor(directory: string, count: number) {
    this.#directory = directory;
    this.#records = [
      ...Array.from({ length: 100 }, (_, index): AccessRecord => ({
        kind: "team",
        id: `team-${index}`,
        models: [],
        aliases: {},
        blocked: false,
        limits: { ...NO_LIMITS, models: {} },
        memberLimits: NO_LIMITS,
      })),
      ...Array.from({ length: count }, (_, index) => recordOf(index)),
    ];
    this.#writer = new HttpSnapshotWriter({ kind: KEYS, clock, refusal: () => null });
    this.#server = createServer((request, response) => this.#writer.answer(request, response));
  }

  async listen(): Promise<void> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    writeFileSync(path.join(this.#directory, "token"), "of-the-bench\n", { mode: 0o600 });
    await this.#write([]);
    await new Promise<void>((resolve) => {
      this.#server.listen(path.join(this.#directory, "control.sock"), resolve);
    });
  }

  block(blocked: boolean): Promise<void> {
    const changed: AccessRecord = { ...recordOf(0), blocked };
    this.#records[100] = changed;
    return this.#write([changed]);
  }

  close(): void {
    void this.#writer.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #write(changed: readonly AccessRecord[]): Promise<void> {
    this.#sequence += 1;
    const control = { instance: "bench", startedAt: 0 };
    const records = [...this.#records];
    const header = { sequence: this.#sequence, writtenAt: Date.now(), intervalMs: 60_000, control, records };
    const change = this.#sequence === 1 ? null : { after: this.#sequence - 1, changed, removed: [] };
    return this.#writer.write(header, change);
  }
}
