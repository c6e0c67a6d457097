import type { Backend, Deployment } from "@rollcall/contract";
import { tlsOptionsOf, type Secrets } from "@rollcall/runtime";
import type { ProbeResponse } from "../read/probe-response.ts";
import { describeResponse } from "../read/response-facts.ts";
import type { BackendState } from "../remember/backend-state.ts";
import type { ProbeExchange } from "../read/probe-result.ts";
import type { Target } from "../remember/target.ts";
import type { Connection, Network, ProbeRequest } from "./network.ts";

export interface ProbeContext {
  readonly network: Network;
  readonly secrets: Secrets;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly state: BackendState;
  /** Who is to be asked for a token if the engine's metrics show no work and no progress; null: nobody. */
  readonly suspect: Deployment | null;
}

/** What adds to a model list must not hold it up: under load vLLM's own `/health` can take 40 s. */
export const SIDE_TIMEOUT_MS = 1_000;

/** The questions of one probe, all on one connection, and what came of each. */
export class ProbeSession {
  readonly target: Target;
  readonly backend: Backend;
  readonly context: ProbeContext;
  readonly exchanges: ProbeExchange[] = [];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #connection: Connection;

  constructor(target: Target, context: ProbeContext) {
    const { address, backend } = target;
    this.target = target;
    this.backend = backend;
    this.context = context;
    this.#headers = probeHeaders(backend, context.secrets);
    this.#connection = context.network.connect(address, tlsOptionsOf(backend.tls, context.secrets));
  }

  async ask(path: string, timeoutMs = this.context.timeoutMs, body?: string): Promise<ProbeResponse> {
    const at = this.context.now();
    const request: ProbeRequest = {
      path,
      timeoutMs,
      headers: this.#headers,
      ...(body !== undefined && { body }),
    };
    const response = await this.#connection.ask(request, this.context.signal);
    this.exchanges.push({
      at,
      path: body === undefined ? path : `POST ${path}`,
      outcome: describeResponse(response),
    });
    return response;
  }

  /** Where it has what is not OpenAI's. */
  get rootPath(): string {
    return this.backend.base.rootPath;
  }

  /** Path of the OpenAI routes, as far as is known. */
  get apiPath(): string {
    return this.context.state.apiPath ?? this.backend.base.apiPath;
  }

  /** Below the root path, where servers keep what is not OpenAI's. */
  askBeside(path: string, timeoutMs = SIDE_TIMEOUT_MS): Promise<ProbeResponse> {
    return this.ask(this.backend.base.rootPath + path, Math.min(timeoutMs, this.context.timeoutMs));
  }

  close(): void {
    this.#connection.close();
  }
}

function probeHeaders(backend: Backend, secrets: Secrets): Record<string, string> {
  const headers: Record<string, string> = {};
  const key = secrets.value(backend.apiKey);
  if (key !== null) headers["authorization"] = `Bearer ${key}`;
  for (const [name, ref] of backend.headers) headers[name] = secrets.value(ref) ?? "";
  return headers;
}
