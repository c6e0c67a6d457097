import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Clock } from "@rollcall/contract";
import {
  EXIT,
  isListening,
  isSocket,
  OWN_SOCKET,
  passingSockets,
  supervise,
  type HeldSocket,
} from "@rollcall/runtime";

export interface DaemonSpec {
  readonly name: string;
  /** Script and arguments for this same Node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads on standard input; null for nothing. */
  readonly input?: string | null;
  /** Listening sockets of the generation before it. */
  readonly sockets?: readonly HeldSocket[];
}

export interface DaemonProcessOptions {
  readonly clock: Clock;
  readonly onLine: (line: string) => void;
  readonly onError: (text: string) => void;
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A daemon in a process of its own, restarted when it crashes. One that exits before it ever listened is not: it has said why. */
export class DaemonProcess {
  readonly #spec: DaemonSpec;
  readonly #options: DaemonProcessOptions;
  readonly #stop = new AbortController();
  readonly #listening = Promise.withResolvers<string>();
  #hasListened = false;
  #child: ChildProcess | null = null;
  #sockets: readonly HeldSocket[];
  #ownSockets: readonly HeldSocket[] = [];
  #handingOver: Promise<boolean> | null = null;
  /** Where it listened first. */
  readonly url = this.#listening.promise;
  /** Resolves with the exit code once it is gone for good. */
  readonly ended: Promise<number>;

  constructor(spec: DaemonSpec, options: DaemonProcessOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#sockets = spec.sockets ?? [];
    this.ended = this.#keepRunning();
  }

  /** Its listening sockets: kept, so that they outlive a crash, for its next run and for the next generation. */
  get sockets(): readonly HeldSocket[] {
    return this.#sockets;
  }

  /**
   * Starts its next generation, which takes over by itself. Null, and this one goes on, where that one does not come to listen;
   * else this one has its last run.
   */
  async handOver(spec: Omit<DaemonSpec, "sockets">): Promise<DaemonProcess | null> {
    const next = new DaemonProcess({ ...spec, sockets: this.#sockets }, this.#options);
    const listens = Promise.race([next.url.then(() => true), next.ended.then(() => false)]);
    this.#handingOver = listens;
    if (!(await listens)) {
      this.#handingOver = null;
      return null;
    }
    this.#stop.abort();
    // It listens elsewhere, and so did not take over: this one would wait for ever.
    if (next.sockets !== this.#sockets) this.#child?.kill("SIGTERM");
    return next;
  }

  /** Asks it to stop; asked again, it stops at once. */
  stop(): Promise<number> {
    this.#stop.abort();
    // Or connections would wait there for nobody.
    this.#keep([]);
    this.#child?.kill("SIGTERM");
    return this.ended;
  }

  async #keepRunning(): Promise<number> {
    const { clock, onError } = this.#options;
    const { name } = this.#spec;
    const outcome = await supervise<End>(
      {
        run: () => this.#run(),
        giveUpAt: ({ code }) => (this.#isComplaint(code) ? 1 : Number.POSITIVE_INFINITY),
        crashed: ({ code, signal }, decision) => {
          if (decision.kind === "restart")
            onError(`${name} exited (${signal ?? `exit ${code}`}); restarting in ${decision.afterMs} ms\n`);
        },
      },
      clock,
      this.#stop.signal,
    );
    return outcome.end === null ? EXIT.ok : (outcome.end.code ?? EXIT.unclean);
  }

  /** It ended by itself and said why, and would only say it again. */
  #isComplaint(code: number | null): boolean {
    return code === EXIT.usage || (code !== null && !this.#hasListened);
  }

  #run(): Promise<End> {
    const { onError, onLine } = this.#options;
    const { input = null } = this.#spec;
    const descriptors = this.#sockets.map(({ fd }) => fd);
    this.#ownSockets = [];
    const child = spawn(process.execPath, [...this.#spec.args], {
      env: passingSockets(this.#spec.env ?? process.env, descriptors.length, OWN_SOCKET),
      // A group of its own: Ctrl-C reaches us alone, and we end the children in order. The channel tells them if we die.
      detached: true,
      stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe", ...descriptors, "ipc"],
    });
    this.#child = child;
    // One that ended before it had read all has said why.
    child.stdin?.on("error", () => {}).end(input);
    child.on("message", (message, handle) => {
      if (isSocket(message)) this.#ownSockets = [...this.#ownSockets, handle as unknown as HeldSocket];
      if (!isListening(message)) return;
      if (this.#ownSockets.length > 0) this.#keep(this.#ownSockets);
      this.#hasListened = true;
      this.#listening.resolve(message.url);
    });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
    child.stderr?.on("data", (chunk: Buffer) => onError(chunk.toString("utf8")));
    return new Promise((resolve) => {
      child.once("error", (error) => {
        onError(`${this.#spec.name}: ${error.message}\n`);
        resolve({ code: EXIT.failed, signal: null });
      });
      child.once("close", (code, signal) => void this.#resolveEnd(resolve, { code, signal }));
    });
  }

  /** While a next generation starts, only its start tells whether this end was meant. */
  async #resolveEnd(resolve: (end: End) => void, end: End): Promise<void> {
    if ((await this.#handingOver) === true) this.#stop.abort();
    resolve(end);
  }

  /** It listens on these, and no more on those that it was given: nobody must wait there. */
  #keep(sockets: readonly HeldSocket[]): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets = sockets;
  }
}
