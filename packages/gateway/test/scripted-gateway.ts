import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import type { Config, Snapshot } from "@rollcall/contract";
import { Cell, NO_FAULT, Secrets, silentLog } from "@rollcall/runtime";
import { Breakers } from "../src/breakers.ts";
import type { Call } from "../src/call.ts";
import { Ejections } from "../src/ejections.ts";
import type { Gateway } from "../src/gateway.ts";
import { GatewayMetrics } from "../src/metrics.ts";
import { forward } from "../src/request/forward.ts";
import { RetryBudget } from "../src/routing/retry-budget.ts";
import { SnapshotFeed } from "../src/snapshot-feed.ts";
import { TellProber } from "../src/tell-prober.ts";
import { Traffic } from "../src/traffic.ts";
import { Deadlines } from "../src/upstream/deadlines.ts";
import type { AnswerHead } from "../src/upstream/http1/answer-head.ts";
import type { AnswerSink } from "../src/upstream/http1/connection.ts";
import type { UpstreamRequest } from "../src/upstream/http1/request-bytes.ts";
import { InFlight } from "../src/upstream/in-flight.ts";
import type { Pools } from "../src/upstream/pools.ts";
import { buildView } from "../src/view.ts";
import { WaitingRoom } from "../src/waiting-room.ts";
import { FakeClock } from "@rollcall/testkit";
import { seeded } from "./seeded.ts";

/** One attempt as a backend meets it. */
export interface Attempt {
  readonly deployment: string;
  readonly requestId: string;
  readonly sink: AnswerSink;
}

/** The gateway's own parts, with time and backends as the test plays them. */
export function scriptedGateway(config: Config, snapshot: Snapshot, play: (attempt: Attempt) => void) {
  const clock = new FakeClock({ sleepsPass: true });
  const secrets = Secrets.read(config, { env: {}, directory: "/" });
  const feed = new SnapshotFeed(
    { start: () => Promise.resolve(), close: () => Promise.resolve() },
    clock,
    silentLog,
  );
  const gateway: Gateway = {
    view: new Cell(buildView({ config, secrets, generation: 1 }, snapshot)),
    source: { status: new Cell(NO_FAULT), refresh: () => false },
    feed,
    pools: scriptedPools(config, play) as unknown as Pools,
    inFlight: new InFlight(),
    ejections: new Ejections(),
    breakers: new Breakers(),
    tellProber: new TellProber(feed, clock),
    traffic: new Traffic(),
    deadlines: new Deadlines(clock),
    retryBudget: new RetryBudget(),
    waitingRoom: new WaitingRoom(clock),
    metrics: new GatewayMetrics(),
    clock,
    random: seeded(5),
    log: silentLog,
    accessLog: silentLog,
    answering: 0,
    draining: false,
  };
  return { gateway, clock };
}

/** Every deployment is on a server of its own: its origin tells which. */
function scriptedPools({ deployments }: Config, play: (attempt: Attempt) => void) {
  const byOrigin = new Map(deployments.map(({ backend, id }) => [backend.base.origin, id]));
  const send = (origin: string, { headerLines }: UpstreamRequest, sink: AnswerSink) => {
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
export function headOf(status: number, headers: Readonly<Record<string, string>>): AnswerHead {
  const bodyEnd = { by: "chunks" } as const;
  return { status, headers: Object.entries(headers).flat(), bodyEnd, persistent: true, keepAlive: null };
}

/** A request without a socket. */
export function scriptedCall(requestId: string, body: object): Call {
  const incoming = Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), { headers: {} });
  return {
    incoming: incoming as unknown as IncomingMessage,
    outgoing: new ServerResponse(new IncomingMessage(new Socket())),
    requestId,
    startedAt: 0,
  };
}

export function run(gateway: Gateway, call: Call): Promise<void> {
  return forward(gateway, call, "/chat/completions");
}
