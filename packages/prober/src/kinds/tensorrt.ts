import { OPENAI_COMPATIBLE, ownedBy, type ServerKind } from "./server-kind.ts";

export const tensorrt: ServerKind = { ...OPENAI_COMPATIBLE, recognise: ownedBy("tensorrt_llm") };
