import type { FileHandle } from "node:fs/promises";

/** Where a process ends: when it has made so many calls, or within its write when so many bytes are written. */
export interface End {
  readonly afterCalls: number;
  readonly bytes?: number;
}

/** What a process never hears of its last call. */
const never = new Promise<never>(() => {});

/** A process that is killed at a given point of its calls to the system: what it did stays, and no more is done. */
export class MortalProcess {
  readonly #end: End;
  readonly #handles: FileHandle[] = [];
  readonly gone: Promise<void>;
  #calls = 0;
  #die: () => void = () => {};

  constructor(end: End) {
    this.#end = end;
    this.gone = new Promise((resolve) => {
      this.#die = resolve;
    });
    if (end.afterCalls === 0) this.#die();
  }

  async call<T>(make: () => Promise<T>): Promise<T> {
    if (this.#calls >= this.#end.afterCalls) return never;
    this.#calls += 1;
    const done = await make();
    if (this.#calls < this.#end.afterCalls) return done;
    this.#die();
    return never;
  }

  /** The handle as this process sees it. */
  holding(handle: FileHandle): Pick<FileHandle, "writeFile" | "sync" | "stat" | "close"> {
    this.#handles.push(handle);
    const written = (data: unknown) =>
      Buffer.from(data as string).subarray(0, this.#end.bytes ?? Number.POSITIVE_INFINITY);
    return {
      writeFile: (text) => this.call(() => handle.writeFile(written(text))),
      sync: () => this.call(() => handle.sync()),
      stat: (() => this.call(() => handle.stat())) as FileHandle["stat"],
      close: () => this.call(() => handle.close()),
    };
  }

  /** Closes what it held open, as the system does for whoever is gone. */
  async buried(): Promise<void> {
    await Promise.allSettled(this.#handles.map((handle) => handle.close()));
  }
}
