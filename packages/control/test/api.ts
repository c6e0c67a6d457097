import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { readConfig } from "./config.ts";
import { KEYS, type AccessRecord, type KeySnapshot } from "@rollcall/contract";
import {
  Cell,
  LogLevelControl,
  Secrets,
  silentLog,
  type Settings,
  type SettingsStatus,
} from "@rollcall/runtime";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import { SqliteStore, type Change, type Store } from "@rollcall/store";
import { FakeClock } from "@rollcall/testkit";
import { onTestFinished } from "vitest";
import { FailedAttempts } from "../src/access/failed-attempts.ts";
import { AdminApi } from "../src/api/admin-api.ts";
import { controlApp } from "../src/control-app.ts";
import { ChangeQueue } from "../src/directory/change-queue.ts";
import { Directory } from "../src/directory/directory.ts";
import { KeySet, recordsOf } from "../src/directory/key-set.ts";
import { ControlMetrics } from "../src/metrics.ts";

export const MASTER_KEY = "sk-master";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a JSON answer. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they expect it
  readonly json: any;
}

export interface Sent {
  /** Null sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of JSON. */
  readonly raw?: string;
  /** Address that it comes from. */
  readonly from?: string;
}

/** The admin API with a store of its own, a clock that stands still and lots that are always the same. */
export interface Api {
  readonly clock: FakeClock;
  readonly directory: Directory;
  readonly store: Store;
  readonly settings: Cell<Settings>;
  /** What gateways would have been told. */
  readonly snapshots: readonly KeySnapshot[];
  /** Each commit fails until it is set back. */
  failing: boolean;
  get(target: string, sent?: Sent): Promise<Reply>;
  post(target: string, body?: object, sent?: Sent): Promise<Reply>;
  request(method: string, target: string, sent?: Sent & { readonly body?: object }): Promise<Reply>;
}

export interface ApiOptions {
  /** What stands under `rollcall:`. */
  readonly rollcall?: object;
  readonly boundTo?: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startApi({
  rollcall = {},
  boundTo = "127.0.0.1",
  env = {},
}: ApiOptions = {}): Promise<Api> {
  const directoryPath = mkdtempSync(path.join(os.tmpdir(), "control-"));
  const clock = new FakeClock({ now: Date.UTC(2026, 0, 31, 12) });
  const config = readConfig(rollcall);
  const settings = new Cell<Settings>({
    config,
    secrets: Secrets.read(config, { env, directory: directoryPath }),
    generation: 1,
  });
  const sqlite = await SqliteStore.open(path.join(directoryPath, "keys.sqlite"));
  onTestFinished(async () => {
    await sqlite.close();
    rmSync(directoryPath, { recursive: true });
  });
  const directory = new Directory();
  const snapshots: KeySnapshot[] = [];
  const writer = new HttpSnapshotWriter<KeySnapshot, AccessRecord>({
    kind: KEYS,
    clock,
    refusal: () => null,
    records: recordsOf(directory),
  });
  const keySet = new KeySet({ writer, clock, instance: "run" });
  const api = { failing: false };
  const queue = new ChangeQueue({
    directory,
    store: {
      load: (kind, after) => sqlite.load(kind, after),
      commit: async (changes: readonly Change[]) => {
        if (api.failing) throw new Error("disk full");
        await sqlite.commit(changes);
      },
    },
    onCommitted: (committed) => void keySet.publish(committed),
    onFault: () => {},
  });
  const write = writer.write.bind(writer);
  writer.write = (snapshot, change) => {
    snapshots.push({ ...snapshot, records: [...recordsOf(directory).all()] });
    return write(snapshot, change);
  };
  await queue.reload();
  const metrics = new ControlMetrics(() => directory.size);
  const admin = new AdminApi({
    settings,
    directory,
    queue,
    store: sqlite,
    clock,
    lots: countedLots(),
    failedAttempts: new FailedAttempts(clock),
    metrics,
    rejections: { add() {} },
  });
  const source = { status: new Cell<SettingsStatus>({ fault: null, needRestart: [] }) };
  const app = controlApp(
    {
      api: admin,
      metrics,
      log: silentLog,
      logLevel: new LogLevelControl([], null),
      source,
      isCurrent: () => queue.isCurrent,
      draining: () => false,
    },
    { boundTo },
  );
  const request: Api["request"] = async (
    method,
    target,
    { body, from = "192.0.2.1", headers, key = MASTER_KEY, raw } = {},
  ) => {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const sent = {
      host: "127.0.0.1:4002",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
      ...headers,
    };
    const incoming = Object.assign(Readable.from(text === undefined ? [] : [Buffer.from(text)]), {
      method,
      headers: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value])),
      socket: { remoteAddress: from },
    });
    const response = await app.request(`http://127.0.0.1:4002${target}`, { method }, { incoming });
    const answered = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text: answered,
      get json() {
        return JSON.parse(answered);
      },
    };
  };
  return Object.assign(api, {
    clock,
    directory,
    store: sqlite,
    settings,
    snapshots,
    get: (target: string, sent?: Sent) => request("GET", target, sent),
    post: (target: string, body: object = {}, sent?: Sent) => request("POST", target, { body, ...sent }),
    request,
  });
}

/** Bytes that are never the same twice and the same in every run. */
function countedLots() {
  let count = 0;
  return {
    bytes(length: number) {
      count += 1;
      return createHash("sha512").update(`lot ${count}`).digest().subarray(0, length);
    },
  };
}
