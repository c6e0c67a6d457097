import { ROW_KINDS, type Change, type Row, type RowKind, type Slice, type Store } from "@rollcall/store";
import { Directory } from "./directory.ts";

/** What is committed and may be shown to gateways. */
export interface Committed {
  /** Null: everything may differ. */
  readonly changes: readonly Change[] | null;
}

export interface ChangeQueueOptions {
  readonly directory: Directory;
  readonly store: Pick<Store, "commit" | "load">;
  readonly onCommitted: (committed: Committed) => void;
  readonly onFault: (fault: string) => void;
}

interface Staged {
  readonly change: Change;
  readonly done: PromiseWithResolvers<boolean>;
}

/**
 * Changes on their way to the store. They stand in the directory at once and are committed in their order, all that came
 * while a commit was under way as one transaction. Where one fails, all that were staged are refused, and the directory
 * is read again.
 */
export class ChangeQueue {
  readonly #options: ChangeQueueOptions;
  #staged: Staged[] = [];
  #running: Promise<void> | null = null;
  #isCurrent = false;
  #isRecovering = false;

  constructor(options: ChangeQueueOptions) {
    this.#options = options;
  }

  /** Does the directory say what the store says? Until it has been read nothing may be decided by it. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** Reads the store, in place of all that was there. */
  async reload(): Promise<void> {
    const { directory, onCommitted, store } = this.#options;
    this.#isCurrent = false;
    const read = new Directory();
    for (const kind of ROW_KINDS) {
      for await (const json of slicesOf(store, kind)) {
        for (const row of JSON.parse(json) as readonly Row[]) read.put(row);
      }
    }
    directory.become(read);
    this.#isCurrent = true;
    onCommitted({ changes: null });
  }

  /** Reads the store again, unless it is being read already: for when it could not be. */
  retry(): void {
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    void this.#recover().finally(() => {
      this.#isRecovering = false;
    });
  }

  /** Has the store replaced while nothing is staged, and reads what is there then. */
  async replaced<Outcome>(replace: () => Promise<Outcome>): Promise<Outcome> {
    // From now on nothing is decided.
    this.#isCurrent = false;
    await this.drained();
    const outcome = await replace();
    await this.reload();
    return outcome;
  }

  /** Resolves with whether it is safely written. */
  commit(change: Change): Promise<boolean> {
    const { directory } = this.#options;
    for (const name of change.removed) directory.remove(name);
    for (const row of change.put) directory.put(row);
    const done = Promise.withResolvers<boolean>();
    this.#staged.push({ change, done });
    this.#running ??= this.#run();
    return done.promise;
  }

  /** Resolves once nothing is staged. */
  async drained(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    const { onCommitted, onFault, store } = this.#options;
    // What comes in this turn of the event loop goes along.
    await Promise.resolve();
    while (this.#staged.length > 0) {
      const batch = this.#staged.splice(0);
      const changes = batch.map(({ change }) => change);
      try {
        await store.commit(changes);
        onCommitted({ changes });
        for (const { done } of batch) done.resolve(true);
      } catch (error) {
        onFault(error instanceof Error ? error.message : String(error));
        // What was staged meanwhile was decided by what is not so.
        const refused = [...batch, ...this.#staged.splice(0)];
        await this.#recover();
        for (const { done } of refused) done.resolve(false);
      }
    }
    this.#running = null;
  }

  async #recover(): Promise<void> {
    try {
      await this.reload();
    } catch (error) {
      this.#options.onFault(error instanceof Error ? error.message : String(error));
    }
  }
}

/** All rows of a kind; the next slice is being read while one is used. */
async function* slicesOf(store: Pick<Store, "load">, kind: RowKind): AsyncGenerator<string> {
  let reading: Promise<Slice> | null = store.load(kind, null);
  while (reading !== null) {
    const slice: Slice = await reading;
    reading = slice.next === null ? null : store.load(kind, slice.next);
    yield slice.json;
  }
}
