import type { IncomingMessage, ServerResponse } from "node:http";
import { Control } from "./control.ts";
import type { FaultName } from "./faults/catalogue.ts";
import { FaultSwitch } from "./faults/fault-switch.ts";
import { Connections } from "./http/connections.ts";
import { Exchange } from "./http/exchange.ts";
import { Port, type PortOptions } from "./http/port.ts";
import { KINDS } from "./kinds/kinds.ts";
import type { ServerKind } from "./kinds/server-kind.ts";
import { Life } from "./life.ts";
import type { SimulatorOptions } from "./options.ts";
import { randomFrom } from "./random.ts";
import { Replays } from "./replay/replays.ts";
import { Realtime } from "./realtime/realtime.ts";
import { RequestLog, type SeenRequest } from "./request-log.ts";
import { serve } from "./serve.ts";
import { settingsFrom } from "./settings.ts";
import { selfSigned } from "./tls/self-signed.ts";
import type { Backend, Call } from "./vllm/call.ts";
import { Engine } from "./vllm/engine.ts";
import { HttpCounters } from "./vllm/http-counters.ts";
import { isInference } from "./vllm/inference-routes.ts";
import { MetricsPrinter } from "./vllm/metrics-page/metrics-page.ts";

/** Faults under which the numbers behind /metrics stand still. */
const FROZEN: ReadonlySet<FaultName> = new Set(["frozen-metrics", "engine-stopped"]);

/** A running simulator. */
export interface Simulator {
  /** http://127.0.0.1:PORT, without /v1; https where it speaks TLS. */
  readonly url: string;
  readonly port: number;
  /** PEM, for clients that are to trust it. */
  readonly certificate?: string;
  /** What the server received. */
  readonly seen: RequestLog;
  readonly control: Control;
  /** Resolves as soon as the server listens. */
  whenReady(): Promise<void>;
  close(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const host = options.host ?? "127.0.0.1";
  const kind = KINDS[options.kind ?? "vllm"];
  const settings = settingsFrom(options, kind);
  const now = (): number => (options.now ?? Date.now)() + settings.clockOffsetMs;
  const faults = new FaultSwitch();
  const engine = new Engine(now(), options.maxNumSeqs);
  faults.onChange(() => engine.freeze(faults.current !== undefined && FROZEN.has(faults.current.name)));
  const replays = new Replays();
  for (const [path, file] of Object.entries(options.replay ?? {})) replays.set(path, file);
  const http = new HttpCounters();
  engine.onRestart(() => http.clear());
  const { dialect, listensWhileLoading, silentOnTerminateMs } = kind;
  const backend: Backend = {
    settings,
    faults,
    engine,
    http,
    metrics: new MetricsPrinter(),
    replays,
    responses: new Map(),
    dialect,
    random: randomFrom(settings.seed),
    now,
  };

  const seen = new RequestLog();
  const connections = new Connections();
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    receive({ backend, kind, seen }, new Exchange({ request, response, connections }));
  };
  const { port: wanted = 0, keepAliveMs = 5000 } = options;
  const tls = options.tls && selfSigned(options.tls, now());
  const realtime = new Realtime({ backend, kind, seen, describe: (request) => describe(request, now()) });
  const onUpgrade: PortOptions["onUpgrade"] = (...upgrade) => realtime.upgrade(...upgrade);
  const port = new Port({
    host,
    port: wanted,
    keepAliveMs,
    connections,
    handler,
    onUpgrade,
    ...(tls && { tls }),
  });
  const life = new Life({ port, connections, engine, seen, now, listensWhileLoading, silentOnTerminateMs });

  // Listening first settles the number, and says at once when the port is taken.
  await life.start();
  if (options.loadMs !== undefined) await life.load(options.loadMs, options.loadAs ?? "refused");
  return {
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port.number}`,
    port: port.number,
    ...(tls && { certificate: tls.cert }),
    seen,
    control: new Control({ settings, faults, replays, life }),
    whenReady: () => life.whenReady(),
    close: () => life.close(),
  };
}

interface Receiver {
  readonly backend: Backend;
  readonly kind: ServerKind;
  readonly seen: RequestLog;
}

function receive({ backend, kind, seen: log }: Receiver, exchange: Exchange): void {
  const seen = describe(exchange.request, backend.now());
  log.began(seen);
  exchange.onOver((end) => log.ended(end));
  countWhenOver(exchange, backend);
  const fault = isInference(exchange.path) ? backend.faults.take() : backend.faults.current;
  const used: Call["used"] = (tokens) => {
    if (exchange.request.headers["x-request-id"] !== undefined) log.used(tokens);
  };
  serve({ exchange, backend, seen, fault, used }, kind).catch((error: unknown) => {
    // A bug here must not look like a failure that somebody switched on.
    process.nextTick(() => {
      throw error;
    });
  });
}

/** A path that leads nowhere is nobody's handler. */
function countWhenOver(exchange: Exchange, { http }: Backend): void {
  const began = performance.now();
  exchange.onOver(() => {
    const { path, method, status = 499 } = exchange;
    const nowhere = status === 405 || (status === 404 && !isInference(path));
    const seconds = (performance.now() - began) / 1000;
    http.count({ handler: nowhere ? "none" : path, method, status, seconds });
  });
}

function describe(request: IncomingMessage, at: number): SeenRequest {
  const { method = "GET", url = "/" } = request;
  const path = url.split("?", 1)[0] ?? "/";
  const [scheme = "", apiKey = ""] = (request.headers.authorization ?? "").split(" ", 2);
  const bearer = scheme.toLowerCase() === "bearer" && apiKey !== "";
  return { method, path, headers: request.headers, at, ...(bearer && { apiKey }) };
}
