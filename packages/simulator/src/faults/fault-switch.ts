import type { FaultName } from "./catalogue.ts";

export interface FaultOptions {
  /** Wears off after that many inference requests. Default: stays until it is left. */
  count?: number;
  /** For faults in the middle of a stream: how many events go out first. Default 3. */
  after?: number;
  /** For "redirect". Default "/login". */
  location?: string;
  /** For "two-servers": what the other one serves. Default ["other-model"]. */
  names?: string[];
  /** For "rate-limit" and "models-rate-limit", in seconds. Default 1. */
  retryAfter?: number;
  /** For "truncate". Default 4096, which is Ollama's num_ctx. */
  tokens?: number;
}

export interface Fault {
  readonly name: FaultName;
  readonly after: number;
  readonly location: string;
  readonly names: string[];
  readonly retryAfter: number;
  readonly tokens: number;
}

export function faultOf(name: FaultName, options: FaultOptions = {}): Fault {
  const { after = 3, location = "/login", names = ["other-model"], retryAfter = 1, tokens = 4_096 } = options;
  return { name, after, location, names, retryAfter, tokens };
}

/** Holds the one fault that is in force, if any. */
export class FaultSwitch {
  #fault: Fault | undefined;
  #left = Infinity;
  #onChange = new Set<() => void>();

  get current(): Fault | undefined {
    return this.#fault;
  }

  /** Inference requests until the fault wears off. Infinity = it does not. */
  get left(): number {
    return this.#left;
  }

  set(name: FaultName | null, options: FaultOptions = {}): void {
    this.#left = options.count ?? Infinity;
    this.#fault = name === null ? undefined : faultOf(name, options);
    for (const listener of this.#onChange) listener();
  }

  /** The fault that an inference request meets; uses up one of its count. */
  take(): Fault | undefined {
    const fault = this.#fault;
    this.#left -= 1;
    if (this.#left <= 0) this.set(null);
    return fault;
  }

  /** Calls back when the fault changes, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }
}
