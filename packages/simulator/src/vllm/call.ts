import type { Fault, FaultSwitch } from "../faults/fault-switch.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Random } from "../random.ts";
import type { SeenRequest } from "../request-log.ts";
import type { Settings } from "../settings.ts";
import type { Answer } from "./answer.ts";
import type { Dialect } from "./dialect.ts";
import type { Engine } from "./engine.ts";

/** The server that requests are answered by. */
export interface Backend {
  readonly settings: Settings;
  readonly faults: FaultSwitch;
  readonly engine: Engine;
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
}

export type Route = (call: Call) => void | Promise<void>;

/** What every answer of this kind of server carries. */
export function serverHeaders({ dialect, now }: Backend): Record<string, string> {
  return { ...(dialect.dated && { date: new Date(now()).toUTCString() }), ...dialect.headers };
}

export function send({ exchange, backend }: Call, { status, headers, body }: Answer): void {
  const { jsonType } = backend.dialect;
  const type = headers["content-type"] === "application/json" ? { "content-type": jsonType } : {};
  exchange.answer(status, { ...serverHeaders(backend), ...headers, ...type }, body);
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
