import { parentPort, workerData } from "node:worker_threads";
import type { Slice, Store } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { Answer, Opening, Question } from "./thread-messages.ts";

/** The thread that SQLite has for itself: answers questions in their order. */
async function serve(port: NonNullable<typeof parentPort>, file: string): Promise<void> {
  let store: Store;
  try {
    store = await SqliteStore.open(file);
  } catch (error) {
    port.postMessage({ error: messageOf(error) } satisfies Opening);
    return;
  }
  let last: Promise<void> = Promise.resolve();
  port.on("message", (question: Question) => {
    last = last.then(async () => {
      port.postMessage(await answer(store, question));
      if (question.method === "close") port.close();
    });
  });
  port.postMessage({ open: true } satisfies Opening);
}

async function answer(store: Store, { id, method, args }: Question): Promise<Answer> {
  try {
    const call = store[method] as (...args: unknown[]) => Promise<unknown>;
    const value = await call.apply(store, JSON.parse(args) as unknown[]);
    if (method === "load") return { id, slice: value as Slice };
    return { id, json: value === undefined ? null : JSON.stringify(value) };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (parentPort !== null) await serve(parentPort, (workerData as { readonly file: string }).file);
