import type { Counts } from "../observe/metrics.ts";

/** What a worker needs to know to begin. */
export interface WorkerOptions {
  readonly configFile: string;
  readonly host: string;
  /** 0: any free one; the first worker's is then told to the others. */
  readonly port: number;
  readonly logLevel?: string;
  readonly index: number;
  readonly count: number;
}

/** From the parent. `id` joins an answer to its question. */
export type ToWorker =
  | { readonly kind: "start"; readonly options: WorkerOptions }
  | { readonly kind: "count"; readonly id: number }
  | { readonly kind: "page"; readonly id: number; readonly text: string }
  | { readonly kind: "stop" };

/** From a worker. */
export type FromWorker =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "refused"; readonly message: string; readonly exitCode: number }
  | { readonly kind: "counted"; readonly id: number; readonly counts: Counts }
  | { readonly kind: "scrape"; readonly id: number };
