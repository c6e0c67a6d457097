import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { parseConfig, VERDICTS, type Config } from "@rollcall/contract";
import {
  Cell,
  LogLevelControl,
  NO_FAULT,
  openLog,
  Secrets,
  systemClock,
  type Settings,
} from "@rollcall/runtime";
import { openNetwork } from "../../prober/src/ask/fresh-connection.ts";
import { proberApp } from "../../prober/src/http/app.ts";
import { ProberMetrics } from "../../prober/src/metrics.ts";
import { Prober } from "../../prober/src/prober.ts";
import { Publisher } from "../../prober/src/publisher.ts";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import { type Site, writeConfig } from "./site.ts";

/** A prober whose config names no deployment: a file that names none is refused, so that one begins with none in use. */
export async function startEmptyProber(site: Site): Promise<string> {
  const settings = new Cell(emptySettings());
  const [clock, metrics, log] = [systemClock, new ProberMetrics(), openLog("prober", "silent")];
  const snapshots = new HttpSnapshotWriter({ kind: VERDICTS, clock, refusal: () => null });
  const prober = new Prober({
    settings,
    clock,
    metrics,
    log,
    refresh: () => false,
    network: openNetwork(clock),
    random: Math.random,
    endpoints: [],
    publisher: new Publisher({ metrics, writer: snapshots, clock, log, instance: "empty" }),
    previous: null,
  });
  const app = proberApp({
    clock,
    prober,
    events: prober.events,
    snapshots,
    settings,
    source: { status: new Cell(NO_FAULT) },
    host: "127.0.0.1",
    draining: () => false,
    rejections: { add: () => {} },
    log,
    logLevel: new LogLevelControl([log], null),
  });
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, "127.0.0.1");
  await once(server, "listening");
  prober.start();
  site.onClose(async () => {
    await prober.stop();
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function emptySettings(): Settings {
  const entry = { alias: "a", model: "a", base: "http://127.0.0.1:9" };
  const { config: one } = parseConfig(
    { main: { file: "config.yaml", text: writeConfig([entry]) }, included: [] },
    {},
  );
  if (one === null) throw new Error("no config");
  const config: Config = { ...one, deployments: [], backends: [], aliases: new Map() };
  return { config, secrets: Secrets.read(config, { env: {}, directory: "/" }), generation: 1 };
}
