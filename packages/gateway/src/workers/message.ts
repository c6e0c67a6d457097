import type { Config } from "@rollcall/contract";
import type { LogLevel, SettingsStatus } from "@rollcall/runtime";
import type { RequestLookup } from "../explain/request-explanation.ts";
import type { Held } from "../generations/held.ts";
import type { Counts } from "../observe/counts.ts";

/** What a worker needs to know to begin. */
export interface WorkerOptions {
  readonly configFile: string;
  readonly host: string;
  /** 0: any free one; the first worker's is then told to the others. */
  readonly port: number;
  readonly logLevel?: string;
  readonly index: number;
  readonly count: number;
  /** How many listening sockets it was started with; 0: it listens by itself. */
  readonly passed: number;
  readonly isPortKept: boolean;
  /** Each worker listens by itself (SO_REUSEPORT), where none was passed. */
  readonly sharesPort: boolean;
  /** Where it takes the late requests of older generations; null: another worker does. */
  readonly door: string | null;
}

/** The settings in force, as they go from one process to another. */
export interface SentSettings {
  readonly config: Config;
  readonly secrets: ReadonlyMap<string, string | null>;
  readonly generation: number;
}

/** Settings that have come into force, or what is to be said of newer ones. */
export type SettingsMessage =
  | { readonly kind: "settings"; readonly settings: SentSettings }
  | { readonly kind: "status"; readonly status: SettingsStatus };

/** Null: as the config or the command line says. */
export interface LogLevelMessage {
  readonly kind: "log_level";
  readonly level: LogLevel | null;
}

export interface StartMessage {
  readonly kind: "start";
  readonly options: WorkerOptions;
  readonly settings: SentSettings;
  readonly status: SettingsStatus;
  /** As somebody ordered while the parent ran; null: nobody did. */
  readonly orderedLogLevel: LogLevel | null;
}

/** From the parent. `id` joins an answer to its question. */
export type ToWorker =
  | StartMessage
  | SettingsMessage
  | { readonly kind: "count"; readonly id: number }
  | { readonly kind: "totals"; readonly id: number; readonly counts: Counts }
  /** When did it last hear of a server? */
  | { readonly kind: "listen"; readonly id: number; readonly origin: string }
  /** How many milliseconds ago the others did; null where one of them does not say. */
  | { readonly kind: "elsewhere"; readonly id: number; readonly agoMs: number | null }
  /** Older generations accept no more and hold so much: begin to serve; later: they hold less. */
  | { readonly kind: "hold"; readonly held: Held }
  /** The next generation takes what comes from now on. */
  | { readonly kind: "hand_over"; readonly door: string }
  /** What does it know of a request? */
  | { readonly kind: "look_up"; readonly id: number; readonly requestId: string }
  /** What all of them know of it. */
  | { readonly kind: "explained"; readonly id: number; readonly lookup: RequestLookup }
  | LogLevelMessage
  | { readonly kind: "stop" };

/** From a worker. */
export type FromWorker =
  /** It could serve, once older generations accept no more. */
  | { readonly kind: "ready" }
  /** A listening socket comes with it. */
  | { readonly kind: "socket" }
  /** What it holds since it was told to hand over, at once and whenever that is less. */
  | { readonly kind: "held"; readonly held: Held }
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "refused"; readonly message: string; readonly exitCode: number }
  | { readonly kind: "counted"; readonly id: number; readonly counts: Counts }
  | { readonly kind: "scrape"; readonly id: number }
  /** Infinity: never. */
  | { readonly kind: "heard"; readonly id: number; readonly agoMs: number }
  | { readonly kind: "elsewhere"; readonly id: number; readonly origin: string }
  | { readonly kind: "looked_up"; readonly id: number; readonly lookup: RequestLookup }
  | { readonly kind: "explain"; readonly id: number; readonly requestId: string }
  /** Somebody orders it for all of them. */
  | LogLevelMessage
  /** A backend refused its key: perhaps it was rotated a moment ago. */
  | { readonly kind: "refresh" };
