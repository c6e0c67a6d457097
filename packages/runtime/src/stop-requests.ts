import { systemClock } from "./clock.ts";
import { isLeave } from "./parent-channel.ts";

/** One Ctrl-C may reach a process twice: from the terminal, and from npm, which passes it on. */
const SAME_KEY_MS = 500;

/** Tells a second wish to stop from the same key press that arrives twice. */
export class StopRequests {
  #firstAt: number | null = null;

  /** `now` is in monotonic milliseconds. */
  receive(now: number): "first" | "duplicate" | "again" {
    if (this.#firstAt === null) {
      this.#firstAt = now;
      return "first";
    }
    return now - this.#firstAt > SAME_KEY_MS ? "again" : "duplicate";
  }
}

export interface StopHandlers {
  readonly first: (signal: NodeJS.Signals) => void;
  /** Whoever asks again does not want to wait. */
  readonly again: (signal: NodeJS.Signals) => void;
  /** It goes on where the process that started it is gone, unless it is stopping. */
  readonly outlivesParent?: boolean;
}

/**
 * Calls back when this process is to stop: at SIGTERM and SIGINT, and when the process that started us, and left a channel
 * open, is gone without having said that it leaves us. Returns what ends that.
 */
export function onStopRequest({ first, again, outlivesParent = false }: StopHandlers): () => void {
  const requests = new StopRequests();
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    isStopping = true;
    const request = requests.receive(systemClock.monotonic());
    if (request === "first") first(signal);
    if (request === "again") again(signal);
  };
  const onDisconnect = () => {
    if (!outlivesParent || isStopping) onSignal("SIGTERM");
  };
  const onMessage = (message: unknown) => {
    if (isLeave(message)) process.off("disconnect", onDisconnect);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  if (process.connected) {
    process.once("disconnect", onDisconnect);
    process.on("message", onMessage);
    // The channel is there to be lost, not to keep us alive.
    process.channel?.unref();
  }
  return () => {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
    process.off("disconnect", onDisconnect);
    process.off("message", onMessage);
  };
}
