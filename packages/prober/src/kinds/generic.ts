import { OPENAI_COMPATIBLE, type ServerKind } from "./server-kind.ts";

/** Whoever lists models and cannot be told from others: it only loses the extras of the known kinds. */
export const generic: ServerKind = {
  ...OPENAI_COMPATIBLE,
  // Whether it refuses what makes no sense is not known.
  routes: null,
  recognise: () => true,
  loadingWords: /\bloading\b/i,
};
