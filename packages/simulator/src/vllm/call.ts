import type { Fault, FaultSwitch } from "../faults/fault-switch.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Random } from "../random.ts";
import type { Replays } from "../replay/replays.ts";
import type { SeenRequest } from "../request-log.ts";
import type { Settings } from "../settings.ts";
import type { Answer } from "./answer.ts";
import type { Dialect } from "./dialect.ts";
import type { Engine } from "./engine.ts";
import type { HttpCounters } from "./http-counters.ts";
import type { MetricsPrinter } from "./metrics-page/metrics-page.ts";

/** The server that requests are answered by. */
export interface Backend {
  readonly settings: Settings;
  readonly faults: FaultSwitch;
  readonly engine: Engine;
  readonly http: HttpCounters;
  readonly metrics: MetricsPrinter;
  readonly replays: Replays;
  /** Stored responses by id: vLLM keeps them in a dictionary of the process. */
  readonly responses: Map<string, object>;
  readonly dialect: Dialect;
  readonly random: Random;
  /** The server's own clock, in milliseconds. */
  readonly now: () => number;
}

/** One request on its way through the server. */
export interface Call {
  readonly exchange: Exchange;
  readonly backend: Backend;
  readonly seen: SeenRequest;
  /** The fault that this request meets. */
  readonly fault: Fault | undefined;
  /** Its answer went out whole and said that it used so much. */
  readonly used: (tokens: { readonly input: number; readonly output: number }) => void;
}

export type Route = (call: Call) => void | Promise<void>;

/** What every answer of this kind of server carries. */
export function serverHeaders({ dialect, now }: Backend): Record<string, string> {
  return { ...(dialect.dated && { date: new Date(now()).toUTCString() }), ...dialect.headers };
}

/** What every answer of its routes ends its head with. */
export function trailingHeaders({ dialect }: Backend, status: number): Record<string, string> {
  return dialect.trailing(status);
}

/** In the order of Starlette: what the answer has of its own, its length, its type, and what a middleware adds. */
export function send({ exchange, backend }: Call, { status, headers, body, bare }: Answer): void {
  const { "content-type": type, ...own } = headers;
  const { jsonType } = backend.dialect;
  const length = { "content-length": String(Buffer.byteLength(body)) };
  const content = type !== undefined && { "content-type": type === "application/json" ? jsonType : type };
  const ordered = backend.dialect.typeFirst ? { ...content, ...length } : { ...length, ...content };
  const trailing = bare === true ? {} : trailingHeaders(backend, status);
  exchange.answer(status, { ...serverHeaders(backend), ...own, ...ordered, ...trailing }, body);
}

/** `created` of cards and answers: whole seconds. */
export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** Who the server says it is; two servers that share one port differ by connection. */
export function identity({ fault, exchange, backend }: Call): { names: readonly string[]; root: string } {
  const { servedNames, root } = backend.settings;
  const other = fault?.name === "two-servers" && reachesOther(exchange.connectionNumber);
  return other
    ? { names: fault.names, root: `/models/${fault.names[0] ?? ""}` }
    : { names: servedNames, root };
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Half of the connections, as the kernel spreads them, but without long runs: steps of the golden ratio meet both
 * servers among any three connections in a row, and soon with every other stride, which parity would not.
 */
function reachesOther(connection: number): boolean {
  return (connection * GOLDEN) % 1 >= 0.5;
}
