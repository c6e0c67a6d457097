import { fstatSync } from "node:fs";
import { StartError, systemClock, untilLeft, type HeldSocket, type Log } from "@rollcall/runtime";
import { OWN_ENTRY, type Entry, type GatewayDaemonOptions, type Start } from "../main/start.ts";
import { Generation, remove, type Taking } from "./generation.ts";
import { GenerationFiles } from "./generation-files.ts";
import type { Held } from "./held.ts";
import { takeOver } from "./take-over.ts";

/** The process that started us has gone, and no next generation came: the port is to be let go of. */
const LINGER_MS = 60_000;

/** Why a generation ends. */
export type Ending =
  | { readonly kind: "stop"; readonly signal: NodeJS.Signals | null }
  | { readonly kind: "hand_over"; readonly taking: Taking };

/** One generation among those that had, and will have, the same listening socket. */
export class Lineage {
  readonly #files: GenerationFiles;
  readonly #passed: readonly number[];
  readonly #isPortKept: boolean;
  /** From the start: who started us may leave at any time. */
  readonly #left: Promise<void>;
  readonly #mayBeFollowed = process.connected;
  readonly #log: Log;
  #generation: Generation | null = null;

  constructor({ configFile, env }: GatewayDaemonOptions, { passed, isPortKept, source, logs }: Start) {
    this.#files = new GenerationFiles(source.cell.get().config, configFile, env);
    this.#passed = passed;
    this.#isPortKept = isPortKept;
    this.#left = untilLeft(isPortKept);
    this.#log = logs.log;
  }

  /** For the one process of a generation, or for the parent of its workers. */
  get entry(): Entry {
    const { pid } = process;
    const passed = this.#passed;
    if (passed.length === 0) return OWN_ENTRY;
    const door = this.#files.door(pid);
    return { passed, isPortKept: this.#isPortKept, door, begin: (hold) => this.#takeOver(door, hold) };
  }

  /** Says who has the port, where a gateway of this config runs and could be taken over from. */
  explain(fault: unknown): unknown {
    const [holder] = this.#files.holders(process.pid);
    if (!(fault instanceof StartError) || holder === undefined) return fault;
    const message = fault.message.replace("another process", `the gateway with process id ${holder}`);
    return new StartError(message, fault.exitCode);
  }

  /** From now on the next generation may take over, where whoever started us can start one. */
  async listens(sockets: readonly HeldSocket[]): Promise<void> {
    if (!this.#mayBeFollowed || sockets.length === 0) return;
    try {
      this.#files.makeDirectory();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.#log.warn({ code }, "state directory cannot be written: a restart will have a gap");
      return;
    }
    this.#generation = await Generation.open({
      path: this.#files.socket(process.pid),
      sockets: sockets.map(inodeOf),
      log: this.#log,
    });
  }

  /** Resolves when it is to end. `left` is called where it lives on without the process that started it. */
  ending(signalled: Promise<NodeJS.Signals>, left: () => unknown): Promise<Ending> {
    const lingered = this.#left.then(async () => {
      this.#log.info({ maxMs: LINGER_MS }, "left running until the next generation takes over");
      left();
      await systemClock.sleep(LINGER_MS);
      return null;
    });
    const stop = Promise.race([signalled, lingered]);
    const endings: Promise<Ending>[] = [stop.then((signal) => ({ kind: "stop", signal }))];
    const taken = this.#generation?.taken;
    if (taken !== undefined) endings.push(taken.then((taking) => ({ kind: "hand_over", taking })));
    return Promise.race(endings);
  }

  /** Nobody is to take over any more. */
  close(): void {
    this.#generation?.close();
    this.#generation = null;
    remove(this.#files.door(process.pid));
  }

  async #takeOver(door: string, hold: (held: Held) => void): Promise<void> {
    const sockets = this.#passed.map((fd) => inodeOf({ fd }));
    const others = this.#files.others(process.pid);
    await takeOver({ others, sockets, door, clock: systemClock, log: this.#log }, hold);
  }
}

/** What is the same for all copies of a socket, in whatever process. */
function inodeOf({ fd }: Pick<HeldSocket, "fd">): number {
  return fstatSync(fd).ino;
}
