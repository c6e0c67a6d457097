import type { Backend } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";
import type { Answer } from "../read/probe-response.ts";
import { describeAnswer } from "../read/describe-answer.ts";
import type { Memory } from "../remember/backend-state.ts";
import type { Exchange } from "../read/probe-result.ts";
import type { Connection, Network, Question } from "./network.ts";

export interface ProbeContext {
  readonly network: Network;
  readonly secrets: Secrets;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly memory: Memory;
}

/** What adds to a model list must not hold it up: under load vLLM's own `/health` can take 40 s. */
const SIDE_TIMEOUT_MS = 1_000;

/** The questions of one probe, all on one connection, and what came of each. */
export class Probing {
  readonly backend: Backend;
  readonly context: ProbeContext;
  readonly exchanges: Exchange[] = [];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #connection: Connection;

  constructor(backend: Backend, context: ProbeContext) {
    this.backend = backend;
    this.context = context;
    this.#headers = probeHeaders(backend, context.secrets);
    this.#connection = context.network.connect(backend.base.origin);
  }

  async ask(path: string, timeoutMs = this.context.timeoutMs, body?: string): Promise<Answer> {
    const at = this.context.now();
    const question: Question = {
      path,
      timeoutMs,
      headers: this.#headers,
      ...(body !== undefined && { body }),
    };
    const answer = await this.#connection.ask(question, this.context.signal);
    this.exchanges.push({
      at,
      path: body === undefined ? path : `POST ${path}`,
      outcome: describeAnswer(answer),
    });
    return answer;
  }

  /** Below the root path, where servers keep what is not OpenAI's. */
  askBeside(path: string, timeoutMs = SIDE_TIMEOUT_MS): Promise<Answer> {
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
