import { FASTAPI_ROUTES, OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const tensorrt: ServerKind = {
  ...OPENAI_COMPATIBLE,
  routes: FASTAPI_ROUTES,
  recognise: ownedBy("tensorrt_llm"),
};
