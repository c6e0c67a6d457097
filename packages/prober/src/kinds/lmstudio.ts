import { OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const lmstudio: ServerKind = {
  ...OPENAI_COMPATIBLE,
  recognise: ownedBy("organization_owner"),
  health: null,
};
