import { Realtime, type RealtimeDeps } from "./realtime.ts";

/** Loaded with the first upgrade: a gateway that never sees one does not have the library in memory. */
export class LazyRealtime {
  readonly #deps: Omit<RealtimeDeps, "library">;
  #opening: Promise<Realtime> | null = null;
  /** Null until then. */
  opened: Realtime | null = null;

  constructor(deps: Omit<RealtimeDeps, "library">) {
    this.#deps = deps;
  }

  open(): Promise<Realtime> {
    this.#opening ??= this.#load();
    return this.#opening;
  }

  async #load(): Promise<Realtime> {
    // The library alone, not our own code: what is reached by a dynamic import a bundle wraps, on the hot path too.
    this.opened = new Realtime({ ...this.#deps, library: await import("ws") });
    return this.opened;
  }
}
