import { randomUUID } from "node:crypto";
import type { Clock } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import { SUSPENDED, type Flow, type Stage } from "../pipeline/stage.ts";
import type { Deadline, Deadlines } from "../upstream/deadlines.ts";
import type { AppListener, Message } from "./app-side.ts";
import { realtimeOf, type RealtimeContext } from "./realtime-context.ts";
import { readSessionUpdate } from "./session-update.ts";

/** An app that says nothing for so long has no session in mind. */
const WAIT_MS = 10_000;

/** What comes before the model is named is held: it is not meant to be audio. */
const MOST_HELD_BYTES = 1024 * 1024;

export interface FindModelDeps {
  readonly deadlines: Deadlines;
  readonly clock: Pick<Clock, "now">;
}

/** The model by the query; without one, the app is let in and greeted as vLLM does, and its first `session.update` says it. */
export function findModel({ deadlines, clock }: FindModelDeps, flow: Flow): Stage {
  return (ctx) => {
    const socket = realtimeOf(ctx);
    const { app, target } = socket;
    if (target.model === "") return { kind: "model_missing", found: '""' };
    if (target.model !== null) {
      socket.name(target.model);
      return null;
    }
    const { maxBodyBytes } = ctx.state.config.gateway;
    if (!app.open([`x-request-id: ${ctx.requestId}`], maxBodyBytes)) {
      flow.end(ctx, "client_disconnected");
      return SUSPENDED;
    }
    // vLLM's own client waits for it before it says anything.
    const created = Math.floor(clock.now() / 1_000);
    const greeting = { type: "session.created", id: `sess-${randomUUID()}`, created };
    app.webSocket?.send(JSON.stringify(greeting));
    socket.isGreeted = true;
    ctx.waitsFor = new FirstUpdate(socket, deadlines, (failure) => flow.resume(ctx, failure));
    return SUSPENDED;
  };
}

/** Reads what an app says until it names a model; all of it goes back to whoever listens next. */
class FirstUpdate implements AppListener, Deadline {
  expiresAt: number;
  place = -1;
  readonly #socket: RealtimeContext;
  readonly #deadlines: Deadlines;
  readonly #done: (failure: GatewayError | null) => void;
  #bytes = 0;

  constructor(socket: RealtimeContext, deadlines: Deadlines, done: FirstUpdate["end"]) {
    this.#socket = socket;
    this.#deadlines = deadlines;
    this.#done = done;
    this.expiresAt = deadlines.now() + WAIT_MS;
    deadlines.add(this);
    socket.app.listen(this);
  }

  message(message: Message): void {
    const { app } = this.#socket;
    app.hold(message);
    this.#bytes += message.data.length;
    if (this.#bytes > MOST_HELD_BYTES) {
      this.end({ kind: "model_missing", found: `none in the first ${MOST_HELD_BYTES} bytes` });
      return;
    }
    const update = message.isBinary ? null : readSessionUpdate(message.data);
    if (update === null) return;
    if (update.model === null || update.model === "") {
      this.end({ kind: "model_missing", found: "none in session.update" });
      return;
    }
    // Until there is a backend nothing more is wanted.
    app.webSocket?.pause();
    this.#socket.name(update.model);
    this.end(null);
  }

  cancel(): void {
    this.#deadlines.delete(this);
    this.#socket.app.listen(null);
  }

  onExpired(): void {
    this.end({ kind: "model_missing", found: "none in the query and in no session.update" });
  }

  end(failure: GatewayError | null): void {
    this.cancel();
    this.#done(failure);
  }
}
