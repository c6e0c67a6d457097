import { OPENAI_COMPATIBLE, type ServerKind } from "./server-kind.ts";

export const localai: ServerKind = {
  ...OPENAI_COMPATIBLE,
  recognise: ({ cards }) => cards.every((card) => card.owner === null && card.created === null),
  loadingWords: /"status"\s*:\s*"starting"/i,
  health: { path: "/readyz" },
};
