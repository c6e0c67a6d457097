import { embeddings } from "./embeddings.ts";
import { inference } from "./inference.ts";
import type { Routes } from "./router.ts";
import type { Task } from "./task.ts";

/** By what they are for: what every kind but TEI serves through the shared engine. */
export const TASK_ROUTES: Readonly<Record<Exclude<Task, "realtime">, Routes>> = {
  generate: {
    "/v1/chat/completions": { POST: inference("chat", ({ backend }) => backend.dialect.chat) },
    "/v1/completions": { POST: inference("completions", ({ backend }) => backend.dialect.completion) },
  },
  embed: { "/v1/embeddings": { POST: embeddings } },
};

/** Both, for kinds that do not tell them apart. */
export const INFERENCE_ROUTES: Routes = { ...TASK_ROUTES.generate, ...TASK_ROUTES.embed };

const INFERENCE_PATHS: ReadonlySet<string> = new Set([
  ...Object.keys(INFERENCE_ROUTES),
  "/v1/responses",
  "/v1/messages",
]);

/** Whether requests there meet the faults of inference, and use up their count. */
export function isInference(path: string): boolean {
  return INFERENCE_PATHS.has(path);
}
