import type { FaultName } from "./faults/catalogue.ts";
import type { FaultOptions, FaultSwitch } from "./faults/fault-switch.ts";
import type { Life, LifeState, LoadAs, TerminateOptions } from "./life.ts";
import type { ReplayOptions, Replays } from "./replay/replays.ts";
import type { Script } from "./replay/script.ts";
import type { Settings } from "./settings.ts";
import type { ErrorBodies } from "./vllm/error-body.ts";
import type { MetricsStyle } from "./vllm/metrics-page/metrics-style.ts";

export interface Speed {
  /** 0 = as fast as possible. */
  tokensPerSecond?: number;
  firstTokenMs?: number;
}

/** What can be seen of a simulator from its control. */
export interface ControlState extends Settings {
  readonly state: LifeState;
  readonly fault: FaultName | null;
  /** Inference requests until the fault wears off; null = it stays. */
  readonly faultLeft: number | null;
}

export interface ControlParts {
  readonly settings: Settings;
  readonly faults: FaultSwitch;
  readonly replays: Replays;
  readonly life: Life;
}

/** Every switch. Whatever was switched is left again by `reset`. */
export class Control {
  #settings: Settings;
  #initial: Settings;
  #faults: FaultSwitch;
  #replays: Replays;
  #life: Life;

  constructor({ settings, faults, replays, life }: ControlParts) {
    this.#replays = replays;
    this.#settings = settings;
    this.#initial = structuredClone(settings);
    this.#faults = faults;
    this.#life = life;
  }

  rename(names: string[]): void {
    this.#settings.servedNames = [...names];
  }

  setLoras(names: string[]): void {
    this.#settings.loras = [...names];
  }

  /** As a dynamic adapter that is gone; the others stay. */
  unloadAdapter(name: string): void {
    this.#settings.loras = this.#settings.loras.filter((lora) => lora !== name);
  }

  setRoot(root: string): void {
    this.#settings.root = root;
  }

  setMaxModelLen(tokens: number): void {
    this.#settings.maxModelLen = tokens;
  }

  setVersion(version: string): void {
    this.#settings.version = version;
  }

  /** Paths that are not there; all others are, as the kind has them. */
  setWithout(paths: string[]): void {
    this.#settings.without = [...paths];
  }

  /** None = no key is asked for. */
  setKeys(keys: string[]): void {
    this.#settings.apiKeys = [...keys];
  }

  setSpeed(speed: Speed): void {
    Object.assign(this.#settings, speed);
  }

  setErrorBodies(bodies: ErrorBodies): void {
    this.#settings.errorBodies = bodies;
  }

  setMetricsStyle(style: MetricsStyle): void {
    this.#settings.metricsStyle = style;
  }

  /** Puts the server's clock off by that much. */
  setClock(offsetMs: number): void {
    this.#settings.clockOffsetMs = offsetMs;
  }

  /** One fault at a time; null leaves it. */
  fault(name: FaultName | null, options: FaultOptions = {}): void {
    this.#faults.set(name, options);
  }

  /** Answers on a path with a recorded answer, byte for byte: a file or its bytes; null leaves it. */
  replay(path: string, source: string | Uint8Array | null, options: ReplayOptions = {}): void {
    if (source === null) this.#replays.leave(path);
    else this.#replays.set(path, source, options);
  }

  /** Asks `script` what becomes of each request on a path, by its body; null leaves it. */
  script(path: string, script: Script | null): void {
    this.#replays.script(path, script);
  }

  /**
   * A restart that takes this long: connections are cut, new ones refused, counters begin anew. Kinds that listen
   * while they load can show that with `as`.
   */
  load(ms: number, { as = "refused" }: { as?: LoadAs } = {}): Promise<void> {
    return this.#life.load(ms, as);
  }

  /** A restart that nobody sees refused: connections are cut, counters begin anew, the start time moves. */
  restart(): Promise<void> {
    return this.#life.restart();
  }

  /** Gone at once: connections are cut, new ones refused, until `start`. */
  kill(): Promise<void> {
    return this.#life.kill();
  }

  /** As uvicorn while it shuts down: new connections are refused, streams under way go on to their end. */
  refuse(): Promise<void> {
    return this.#life.refuse();
  }

  /** SIGTERM, as vLLM takes it. Resolves once new connections are refused. */
  terminate(options: TerminateOptions = {}): Promise<void> {
    return this.#life.terminate(options);
  }

  /** The engine process dies, and the server after it. Resolves once new connections are refused. */
  crashEngine(options: { refuseAfterMs?: number } = {}): Promise<void> {
    return this.#life.crashEngine(options.refuseAfterMs);
  }

  /** Listens again, at once. */
  start(): Promise<void> {
    return this.#life.start();
  }

  /** Back to what the simulator was started as, without recorded answers, and ready. */
  reset(): Promise<void> {
    this.#faults.set(null);
    this.#replays.clear();
    Object.assign(this.#settings, structuredClone(this.#initial));
    return this.#life.start();
  }

  state(): ControlState {
    const { current, left } = this.#faults;
    const faultLeft = current === undefined || left === Infinity ? null : left;
    return {
      state: this.#life.state,
      fault: current?.name ?? null,
      faultLeft,
      ...structuredClone(this.#settings),
    };
  }
}
