import { IncomingMessage, ServerResponse, type IncomingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as endOfTurn } from "node:timers/promises";
import { ENDPOINTS, type Config, type Snapshot } from "@rollcall/contract";
import {
  Cell,
  LogLevelControl,
  NO_FAULT,
  Secrets,
  silentLog,
  type InfoLog,
  type Log,
} from "@rollcall/runtime";
import { FakeClock } from "@rollcall/testkit";
import { compose, type Composed, type Parts } from "../src/main/compose.ts";
import type { Asked } from "../src/server/app.ts";
import { RequestContext } from "../src/pipeline/request-context.ts";
import type { ResponseSink } from "../src/upstream/http1/sending.ts";
import type { UpstreamRequest } from "../src/upstream/http1/request-bytes.ts";
import type { ResponseHead } from "../src/upstream/http1/response-head.ts";
import type { Transport } from "../src/upstream/transport.ts";
import { seeded } from "./seeded.ts";

/** One attempt as a backend meets it. */
export interface Attempt {
  readonly deployment: string;
  readonly requestId: string;
  readonly sink: ResponseSink;
}

/** How the backends answer, and what else is not as a gateway starts. */
export interface Script extends Pick<Parts, "access"> {
  readonly play: (attempt: Attempt) => void;
  readonly log?: Log;
  /** Default: none. */
  readonly accessLog?: InfoLog;
}

/** The gateway's own parts, with time and backends as the test plays them. */
export function scriptedGateway(config: Config, snapshot: Snapshot, script: Script) {
  const { play, log = silentLog, accessLog = silentLog, ...parts } = script;
  const clock = new FakeClock({ sleepsPass: true });
  const settings = {
    config,
    secrets: Secrets.read(config, { env: { KEY: "sk-old" }, directory: "/" }),
    generation: 1,
  };
  const source = { status: new Cell(NO_FAULT), refresh: () => false };
  const gateway = compose({
    settings,
    host: "127.0.0.1",
    source,
    reader: { start: () => Promise.resolve(), close: () => Promise.resolve() },
    clock,
    random: seeded(5),
    logs: { log, accessLog },
    transport: scriptedTransport(config, play),
    ...parts,
  });
  gateway.update(settings, snapshot);
  return { gateway, clock, source };
}

/** What its server answers for all workers: it is the only one. */
export function askedOf({ requests }: Pick<Composed, "requests">): Asked {
  const logLevel = new LogLevelControl([], null);
  return {
    scrape: () => Promise.resolve([]),
    explain: (id) => Promise.resolve(requests.find(id)),
    logLevel,
    orderLogLevel: (level) => logLevel.order(level),
  };
}

/** Every deployment is on a server of its own: its origin tells which. */
function scriptedTransport({ deployments }: Config, play: (attempt: Attempt) => void): Transport {
  const byOrigin = new Map(deployments.map(({ backend, id }) => [backend.base.origin, id]));
  const send = (origin: string, { headerLines }: UpstreamRequest, sink: ResponseSink) => {
    let aborted = false;
    const requestId = /x-request-id: (\S+)/.exec(headerLines)?.[1] ?? "";
    // As a real one: never within the call.
    setImmediate(() => {
      if (!aborted) play({ deployment: byOrigin.get(origin) ?? "", requestId, sink });
    });
    return { abort: () => (aborted = true), pause: () => {}, resume: () => {} };
  };
  return { send };
}

/** The head of an answer; how its end is known makes no difference to who hears it. */
export function headOf(status: number, headers: Readonly<Record<string, string>>): ResponseHead {
  const bodyEnd = { by: "chunks" } as const;
  return { status, headers: Object.entries(headers).flat(), bodyEnd, persistent: true, keepAlive: null };
}

/** A request without a socket. */
export interface Scripted {
  readonly requestId: string;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** The body is sent as JSON, unless it is bytes already. */
export function scriptedRequest(
  requestId: string,
  body: object,
  headers: IncomingHttpHeaders = {},
): Scripted {
  const readable = Readable.from([Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))]);
  return {
    requestId,
    incoming: Object.assign(readable, { headers, socket: new Socket() }) as unknown as IncomingMessage,
    outgoing: new ServerResponse(new IncomingMessage(new Socket())),
  };
}

/** Resolves once the request has ended. */
export async function run(
  gateway: Composed,
  { requestId, incoming, outgoing }: Scripted,
  endpointName = "chat_completions",
): Promise<RequestContext> {
  const endpoint = ENDPOINTS.find(({ name }) => name === endpointName);
  if (endpoint === undefined) throw new Error(`no endpoint ${endpointName}`);
  const startedAt = gateway.clock.monotonic();
  const state = gateway.state.get();
  const ctx = new RequestContext({
    incoming,
    outgoing,
    requestId,
    startedAt,
    state,
    endpoint,
    pathModel: null,
    pathId: null,
  });
  if (state.config.traceExport.destinations.length > 0) await gateway.tracing.update(state);
  if (gateway.tracing.isOn) ctx.traced = gateway.tracing.begin(incoming.headers);
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) gateway.runner.leave(ctx);
  });
  gateway.runner.start(ctx);
  while (!ctx.ended) await endOfTurn();
  // What has ended by then leaves with the turn.
  await endOfTurn();
  return ctx;
}
