import { OPENAI_COMPATIBLE, type ServerKind } from "./server-kind.ts";

export const tgi: ServerKind = {
  ...OPENAI_COMPATIBLE,
  // It owns its model by the model's own name, made in 1970.
  recognise: ({ cards }) => cards.every((card) => card.owner === card.id && card.created === 0),
  // Its model list is public.
  keyPaths: ["/info"],
};
