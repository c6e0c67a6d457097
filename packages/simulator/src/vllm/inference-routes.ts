import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import type { Routes } from "./router.ts";

/** What every kind but TEI serves through the shared engine. */
export const INFERENCE_ROUTES: Routes = {
  "/v1/chat/completions": { POST: chatCompletions },
  "/v1/completions": { POST: completions },
  "/v1/embeddings": { POST: embeddings },
};

export function isInference(path: string): boolean {
  return Object.hasOwn(INFERENCE_ROUTES, path);
}
