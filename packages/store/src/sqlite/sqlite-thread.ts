import { Worker } from "node:worker_threads";
import type { Result } from "@rollcall/contract";
import { entryPoint } from "@rollcall/runtime";
import type { AuditCheck, WrittenAuditEntry } from "../audit.ts";
import type { KeyRow, RowKind, TeamRow } from "../rows.ts";
import type {
  AuditQuery,
  Change,
  CountedUser,
  KeyQuery,
  LeaseRow,
  LeaseRowName,
  Page,
  Slice,
  Store,
  TeamQuery,
  UserQuery,
} from "../store.ts";
import type { Answer, Opening, Question, StoreMethod } from "./thread-messages.ts";

const PROGRAM = entryPoint("store-thread", () => new URL("store-thread.ts", import.meta.url));

/** All that the thread makes is a message or a statement: more room for them would be memory that it keeps. */
const LITTLE_LIVES_LONG = { maxYoungGenerationSizeMb: 4 };

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** A store in one SQLite file, on a thread of its own: a commit that waits for the disk holds up nothing here. */
export class SqliteThread implements Store {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Resolves once its thread is gone, whether it was closed or has crashed. */
  readonly ended: Promise<void>;
  #asked = 0;
  #fault: string | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (answer: Answer) => this.#settle(answer));
    worker.on("error", (error) => this.#fail(error.message));
    this.ended = new Promise((resolve) => {
      worker.once("exit", () => {
        this.#fail("its thread has ended");
        resolve();
      });
    });
  }

  /** Rejects where the file cannot be used, with why. */
  static open(file: string): Promise<SqliteThread> {
    const worker = new Worker(PROGRAM, { workerData: { file }, resourceLimits: LITTLE_LIVES_LONG });
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) => {
        void worker.terminate();
        reject(error);
      };
      worker.once("error", refuse);
      worker.once("message", (opening: Opening) => {
        worker.off("error", refuse);
        if ("error" in opening) refuse(new Error(opening.error));
        else resolve(new SqliteThread(worker));
      });
    });
  }

  load(kind: RowKind, after: string | null): Promise<Slice> {
    return this.#ask("load", [kind, after]);
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.#ask("commit", [changes]);
  }

  listKeys(query: KeyQuery): Promise<Page<KeyRow>> {
    return this.#ask("listKeys", [query]);
  }

  listTeams(query: TeamQuery): Promise<Page<TeamRow>> {
    return this.#ask("listTeams", [query]);
  }

  listUsers(query: UserQuery): Promise<Page<CountedUser>> {
    return this.#ask("listUsers", [query]);
  }

  listAudit(query: AuditQuery): Promise<Page<WrittenAuditEntry>> {
    return this.#ask("listAudit", [query]);
  }

  checkAudit(): Promise<AuditCheck> {
    return this.#ask("checkAudit", []);
  }

  loadLeases(): Promise<readonly LeaseRow[]> {
    return this.#ask("loadLeases", []);
  }

  writeLeases(changed: readonly LeaseRow[], forgotten: readonly LeaseRowName[]): Promise<void> {
    return this.#ask("writeLeases", [changed, forgotten]);
  }

  backup(file: string): Promise<void> {
    return this.#ask("backup", [file]);
  }

  restore(file: string): Promise<Result<null, string>> {
    return this.#ask("restore", [file]);
  }

  async close(): Promise<void> {
    if (this.#fault === null) await this.#ask("close", []);
    await this.ended;
  }

  #ask<Value>(method: StoreMethod, args: readonly unknown[]): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== null) {
        reject(new Error(this.#fault));
        return;
      }
      this.#asked += 1;
      this.#waiting.set(this.#asked, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      this.#worker.postMessage({ id: this.#asked, method, args: JSON.stringify(args) } satisfies Question);
    });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else if ("slice" in answer) waiting?.resolve(answer.slice as never);
    else waiting?.resolve((answer.json === null ? undefined : JSON.parse(answer.json)) as never);
  }

  #fail(fault: string): void {
    this.#fault ??= fault;
    for (const { reject } of this.#waiting.values()) reject(new Error(fault));
    this.#waiting.clear();
  }
}
