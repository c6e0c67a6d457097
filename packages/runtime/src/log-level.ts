import type { Config } from "@rollcall/contract";
import type { LogLevel } from "./log-lines.ts";

/** Whatever has a level that can be set. */
interface Levelled {
  level: string;
}

/** Settings as far as a log goes by them. */
export interface LogSettings {
  readonly config: Pick<Config, "log">;
}

/** The cell of them. */
export interface LogSettingsCell {
  get(): LogSettings;
  subscribe(listener: (settings: LogSettings) => void): unknown;
}

/** How much a process logs: as it was ordered while it ran, else as its command line says, else as its config does. */
export class LogLevelControl {
  readonly #logs: readonly Levelled[];
  readonly #given: string | null;
  #ordered: LogLevel | null = null;
  #ofConfig = "info";

  /** `given`: by the command line. */
  constructor(logs: readonly Levelled[], given: string | null) {
    this.#logs = logs;
    this.#given = given;
    this.#apply();
  }

  get level(): string {
    return this.#ordered ?? this.#given ?? this.#ofConfig;
  }

  /** Null: nobody ordered any. */
  get ordered(): LogLevel | null {
    return this.#ordered;
  }

  /** What of the three it is by. */
  get by(): "order" | "command line" | "config" {
    if (this.#ordered !== null) return "order";
    return this.#given === null ? "config" : "command line";
  }

  /** Until the next start, or the next order; null: as it would be without one. */
  order(level: LogLevel | null): void {
    this.#ordered = level;
    this.#apply();
  }

  /** Goes by the config from now on. */
  follow(settings: LogSettingsCell): void {
    const take = ({ config }: LogSettings) => {
      this.#ofConfig = config.log.level;
      this.#apply();
    };
    take(settings.get());
    settings.subscribe(take);
  }

  #apply(): void {
    for (const log of this.#logs) log.level = this.level;
  }
}
