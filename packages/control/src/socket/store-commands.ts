import path from "node:path";
import type { Clock } from "@rollcall/contract";
import type { AuditEntry, Store } from "@rollcall/store";
import type { ChangeQueue } from "../directory/change-queue.ts";

export interface StoreCommandsOptions {
  readonly store: Pick<Store, "backup" | "restore">;
  readonly queue: Pick<ChangeQueue, "commit" | "replaced">;
  readonly clock: Pick<Clock, "now">;
}

/** What is asked on the command line, of files of this host. Each answer: null, or why it was not done. */
export class StoreCommands {
  readonly #options: StoreCommandsOptions;

  constructor(options: StoreCommandsOptions) {
    this.#options = options;
  }

  async backup(file: string): Promise<string | null> {
    if (!path.isAbsolute(file)) return "the file has to be named by its absolute path";
    try {
      await this.#options.store.backup(file);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return (await this.#note("backup")) ? null : "the audit log cannot be written";
  }

  /** Nothing else is changed meanwhile; gateways are sent the keys that the backup has. */
  async restore(file: string): Promise<string | null> {
    if (!path.isAbsolute(file)) return "the file has to be named by its absolute path";
    const { queue, store } = this.#options;
    const restored = await queue.replaced(() => store.restore(file));
    if (!restored.ok) return restored.error;
    return (await this.#note("restore")) ? null : "the audit log cannot be written";
  }

  #note(action: string): Promise<boolean> {
    const entry: AuditEntry = {
      at: this.#options.clock.now(),
      actor: "control_token",
      action,
      objectKind: "store",
      objectId: "keys",
      before: null,
      after: null,
      requestId: null,
    };
    return this.#options.queue.commit({ put: [], removed: [], audit: [entry] });
  }
}
