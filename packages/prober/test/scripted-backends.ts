import type { ProbeResponse } from "../src/read/probe-response.ts";
import type { Network, ProbeRequest } from "../src/ask/network.ts";
import { failure, modelList, response } from "./answers.ts";
import type { FakeClock } from "@rollcall/testkit";

/** A question and the backend that it is for. */
export type Asked = ProbeRequest & { readonly origin: string };

type Script = (question: Asked) => ProbeResponse | "silence";

/** Backends by origin that do as they are told, without a network. One that was told nothing refuses. */
export class ScriptedBackends {
  /** Every question, in the order of asking. */
  readonly asked: (Asked & { readonly at: number; readonly monotonic: number })[] = [];
  /** How many questions were under way at most: of all backends, and of any single one. */
  mostAtOnce = 0;
  mostOfOne = 0;
  /** How long an answer takes. */
  latencyMs = 1;
  readonly #clock: FakeClock;
  readonly #scripts = new Map<string, Script>();
  readonly #underWay: string[] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  serve(origin: string, ...names: readonly string[]): void {
    this.#scripts.set(origin, ({ path }) =>
      response(200, path.endsWith("/models") ? modelList(...names) : ""),
    );
  }

  answer(origin: string, script: Script): void {
    this.#scripts.set(origin, script);
  }

  refuse(origin: string): void {
    this.#scripts.delete(origin);
  }

  hang(origin: string): void {
    this.#scripts.set(origin, () => "silence");
  }

  /** When this backend was asked for its models. */
  probeTimes(origin: string): readonly number[] {
    return this.asked
      .filter((question) => question.origin === origin && question.path.endsWith("/models"))
      .map(({ at }) => at);
  }

  /** A network of these backends alone. */
  get network(): Network {
    return {
      connect: (origin) => ({
        ask: (question, signal) => this.#ask({ ...question, origin }, signal),
        close: () => {},
      }),
      speaksTls: async () => false,
      wantsCertificate: async () => false,
    };
  }

  async #ask(question: Asked, signal: AbortSignal): Promise<ProbeResponse> {
    const { origin, timeoutMs } = question;
    this.asked.push({ ...question, at: this.#clock.now(), monotonic: this.#clock.monotonic() });
    this.#underWay.push(origin);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay.length);
    this.mostOfOne = Math.max(this.mostOfOne, this.#underWay.filter((other) => other === origin).length);
    try {
      const answer = (this.#scripts.get(origin) ?? (() => failure("ECONNREFUSED")))(question);
      await this.#clock.sleep(answer === "silence" ? timeoutMs : this.latencyMs, signal);
      if (signal.aborted) return failure("ABORT_ERR");
      return answer === "silence" ? failure("PROBE_TIMEOUT") : answer;
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(origin), 1);
    }
  }
}
