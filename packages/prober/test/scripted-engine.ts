import type { ProbeResponse } from "../src/read/probe-response.ts";
import { modelList, response } from "./answers.ts";
import type { Asked } from "./scripted-backends.ts";

/** A vLLM whose state is on the table: what it serves, what its metrics say, and what it makes of a request. */
export class ScriptedEngine {
  names: readonly string[] = ["llama"];
  running = 0;
  succeeded = 0;
  /** Grows by this much with every look at the metrics. */
  stepsPerLook = 0;
  steps = 0;
  /** Epoch seconds; null: not told. */
  startedAt: number | null = 1_000;
  /** What a POST comes to. */
  generated: ProbeResponse | "silence" = response(200, { choices: [{ message: { content: "Hello" } }] });
  /** The bodies of all POSTs, in order. */
  readonly requests: (Readonly<Record<string, unknown>> & { readonly path: string })[] = [];

  /** To be given to `ScriptedBackends.answer`. */
  readonly answer = ({ path, body }: Asked): ProbeResponse | "silence" => {
    if (body !== undefined) {
      this.requests.push({ path, ...(JSON.parse(body) as object) });
      // vLLM counts what it was asked for here as it counts everybody's.
      if (this.generated !== "silence" && this.generated.kind === "response" && this.generated.status === 200)
        this.succeeded += 1;
      return this.generated;
    }
    if (path.endsWith("/models")) return response(200, modelList(...this.names));
    return response(200, path.endsWith("/metrics") ? this.#metrics() : "");
  };

  #metrics(): string {
    this.steps += this.stepsPerLook;
    return [
      `vllm:num_requests_running{model_name="llama"} ${this.running}`,
      `vllm:num_requests_waiting{model_name="llama"} 0`,
      `vllm:iteration_tokens_total_count{model_name="llama"} ${this.steps}`,
      `vllm:request_success_total{finished_reason="stop",model_name="llama"} ${this.succeeded}`,
      this.startedAt === null ? "" : `process_start_time_seconds ${this.startedAt}`,
    ].join("\n");
  }
}
