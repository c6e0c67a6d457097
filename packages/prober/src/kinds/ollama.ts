import { OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const ollama: ServerKind = {
  ...OPENAI_COMPATIBLE,
  recognise: ownedBy("library"),
  // It has no health route; its root says that it runs, whatever is loaded.
  health: null,
  versionPath: "/api/version",
};
