import { FASTAPI_ROUTES, OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const lmdeploy: ServerKind = {
  ...OPENAI_COMPATIBLE,
  routes: FASTAPI_ROUTES,
  recognise: ownedBy("lmdeploy"),
  health: { path: "/health", asleep: /"status"\s*:\s*"sleeping"/ },
};
