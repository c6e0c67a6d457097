import { fork, type ChildProcess } from "node:child_process";
import type { Environment } from "@rollcall/contract";
import {
  entryPoint,
  passingSockets,
  relayOutput,
  StartError,
  type HeldSocket,
  type LogLevel,
} from "@rollcall/runtime";
import type { RequestLookup } from "../explain/request-explanation.ts";
import type { Held } from "../generations/held.ts";
import type { Counts } from "../observe/counts.ts";
import type { FromWorker, LogLevelMessage, SettingsMessage, StartMessage, ToWorker } from "./message.ts";
import { Questions } from "./questions.ts";

const MAIN = entryPoint("gateway-worker", () => new URL("main.ts", import.meta.url));

/** How a worker ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not start, where it said so. */
  readonly refusal: StartError | null;
}

/** A worker as its parent sees it. */
export interface Worker {
  readonly pid: number;
  /** The port once it listens; null where it ended before. */
  readonly started: Promise<number | null>;
  readonly listens: boolean;
  readonly ended: Promise<End>;
  /** What it has counted; null where it ends before it answers. */
  count(): Promise<Counts | null>;
  /** How many milliseconds ago it heard of a server; Infinity where it never did, or ends before it answers. */
  lastHeard(origin: string): Promise<number>;
  /** What it knows of a request; null where it ends before it answers. */
  lookUp(requestId: string): Promise<RequestLookup | null>;
  /** Tells it of settings that changed, and of what was ordered. */
  configure(message: SettingsMessage | LogLevelMessage): void;
  /** Tells it what older generations hold. */
  hold(held: Held): void;
  /** Tells it that the next generation takes what comes from now on: it drains, and says what it holds. */
  handOver(door: string): void;
  /** Asks it to drain. */
  stop(): void;
  /** Ends it at once, also where it hears nothing any more. */
  kill(): void;
}

export interface WorkerSpec {
  readonly start: Omit<StartMessage, "kind">;
  readonly env: Environment;
  /** What all workers have counted, for the one that was asked. */
  readonly scrape: () => Promise<Counts>;
  /** When the other workers heard of a server. */
  readonly heardElsewhere: (origin: string) => Promise<number | null>;
  /** What all workers know of a request. */
  readonly explain: (requestId: string) => Promise<RequestLookup>;
  /** Somebody orders it at this one for all. */
  readonly orderLogLevel: (level: LogLevel | null) => void;
  /** Looks whether a key was rotated. */
  readonly refresh: () => void;
  /** Descriptors of the listening sockets that it is started with. */
  readonly sockets: readonly number[];
  /** Resolves with what older generations hold, once they accept no more. */
  readonly mayServe: () => Promise<Held>;
  /** It listens, and this is the socket. */
  readonly socket: (socket: HeldSocket) => void;
  /** What it holds since it was told to hand over. */
  readonly held: (held: Held) => void;
}

/** A worker in a process of its own. What it logs is passed on to our output. */
export class WorkerProcess implements Worker {
  readonly #child: ChildProcess;
  readonly #spec: WorkerSpec;
  readonly #asked = new Map<number, (counts: Counts | null) => void>();
  readonly #listened = new Map<number, (agoMs: number) => void>();
  readonly #lookups = new Questions<RequestLookup | null>();
  readonly #started = Promise.withResolvers<number | null>();
  readonly started = this.#started.promise;
  readonly ended: Promise<End>;
  #refusal: StartError | null = null;
  #questions = 0;
  listens = false;

  constructor(spec: WorkerSpec) {
    const { start, env, sockets } = spec;
    this.#spec = spec;
    this.#child = fork(MAIN, {
      env: passingSockets(env, 0),
      // JSON knows no NaN, which the age of a snapshot that never came is.
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", ...sockets, "ipc"],
    });
    relayOutput("gateway", this.#child);
    this.ended = this.#untilEnded();
    this.#child.on("message", (message, handle) => this.#hear(message as FromWorker, handle));
    this.#send({ kind: "start", ...start });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  count(): Promise<Counts | null> {
    const answer = Promise.withResolvers<Counts | null>();
    this.#questions += 1;
    if (this.#child.connected) {
      this.#asked.set(this.#questions, answer.resolve);
      this.#send({ kind: "count", id: this.#questions });
    } else answer.resolve(null);
    return answer.promise;
  }

  lastHeard(origin: string): Promise<number> {
    const answer = Promise.withResolvers<number>();
    this.#questions += 1;
    if (this.#child.connected) {
      this.#listened.set(this.#questions, answer.resolve);
      this.#send({ kind: "listen", id: this.#questions, origin });
    } else answer.resolve(Number.POSITIVE_INFINITY);
    return answer.promise;
  }

  lookUp(requestId: string): Promise<RequestLookup | null> {
    if (!this.#child.connected) return Promise.resolve(null);
    return this.#lookups.ask((id) => this.#send({ kind: "look_up", id, requestId }));
  }

  configure(message: SettingsMessage | LogLevelMessage): void {
    this.#send(message);
  }

  hold(held: Held): void {
    this.#send({ kind: "hold", held });
  }

  handOver(door: string): void {
    this.#send({ kind: "hand_over", door });
  }

  stop(): void {
    this.#send({ kind: "stop" });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #hear(message: FromWorker, handle: unknown): void {
    switch (message.kind) {
      case "ready":
        void this.#spec.mayServe().then((held) => this.hold(held));
        return;
      case "socket":
        this.#spec.socket(handle as HeldSocket);
        return;
      case "held":
        this.#spec.held(message.held);
        return;
      case "listening":
        this.listens = true;
        this.#started.resolve(message.port);
        return;
      case "refused":
        this.#refusal = new StartError(message.message, message.exitCode);
        return;
      case "counted":
        this.#asked.get(message.id)?.(message.counts);
        this.#asked.delete(message.id);
        return;
      case "scrape":
        void this.#spec.scrape().then((counts) => this.#send({ kind: "totals", id: message.id, counts }));
        return;
      case "heard":
        this.#listened.get(message.id)?.(message.agoMs);
        this.#listened.delete(message.id);
        return;
      case "elsewhere": {
        const { id, origin, kind } = message;
        void this.#spec.heardElsewhere(origin).then((agoMs) => this.#send({ kind, id, agoMs }));
        return;
      }
      case "looked_up":
        this.#lookups.answer(message.id, message.lookup);
        return;
      case "explain":
        void this.#spec
          .explain(message.requestId)
          .then((lookup) => this.#send({ kind: "explained", id: message.id, lookup }));
        return;
      case "log_level":
        this.#spec.orderLogLevel(message.level);
        return;
      case "refresh":
        this.#spec.refresh();
    }
  }

  /** One that is gone hears nothing, and that is told by `ended`. */
  #send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #untilEnded(): Promise<End> {
    return new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.listens = false;
        this.#started.resolve(null);
        for (const give of this.#asked.values()) give(null);
        this.#asked.clear();
        // With it its streams have ended.
        for (const give of this.#listened.values()) give(Number.POSITIVE_INFINITY);
        this.#listened.clear();
        this.#lookups.answerAll(null);
        resolve({ code, signal, refusal: this.#refusal });
      };
      this.#child.once("error", () => end(null, null));
      // Not at its exit: its last lines may still be on their way.
      this.#child.once("close", end);
    });
  }
}
