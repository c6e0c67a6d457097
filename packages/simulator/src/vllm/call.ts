import type { Fault, FaultSwitch } from "../faults/fault-switch.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Random } from "../random.ts";
import type { SeenRequest } from "../request-log.ts";
import type { Settings } from "../settings.ts";
import type { Answer } from "./answer.ts";
import type { Engine } from "./engine.ts";

/** The server that requests are answered by. */
export interface Backend {
  readonly settings: Settings;
  readonly faults: FaultSwitch;
  readonly engine: Engine;
  readonly random: Random;
  /** The server's own clock, in milliseconds. */
  now(): number;
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

/** What every uvicorn answer carries. */
export function serverHeaders(backend: Backend): Record<string, string> {
  return { date: new Date(backend.now()).toUTCString(), server: "uvicorn" };
}

export function send({ exchange, backend }: Call, { status, headers, body }: Answer): void {
  exchange.answer(status, { ...serverHeaders(backend), ...headers }, body);
}

/** `created` of cards and answers: whole seconds. */
export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** Who the server says it is; two servers that share one port differ by connection. */
export function identity({ fault, exchange, backend }: Call): { names: readonly string[]; root: string } {
  const { servedNames, root } = backend.settings;
  const other = fault?.name === "two-servers" && exchange.connectionNumber % 2 === 1;
  return other
    ? { names: fault.names, root: `/models/${fault.names[0] ?? ""}` }
    : { names: servedNames, root };
}
