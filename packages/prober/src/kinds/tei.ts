import type { ModelsReading } from "../read/outcome.ts";
import type { ProbeResponse } from "../read/probe-response.ts";
import { OPENAI_COMPATIBLE, type ServerKind } from "./server-kind.ts";

export const tei: ServerKind = {
  ...OPENAI_COMPATIBLE,
  ownList: { path: "/info", read: readInfo },
};

/** It has no `/v1/models`: `/info` names its one model. */
export function readInfo(response: ProbeResponse): ModelsReading | null {
  if (response.kind === "failure" || response.status !== 200 || response.truncated) return null;
  let info: unknown;
  try {
    info = JSON.parse(response.body);
  } catch {
    return null;
  }
  const { model_id, served_model_name, max_input_length } = (info ?? {}) as Readonly<Record<string, unknown>>;
  const id = served_model_name ?? model_id;
  if (typeof id !== "string" || id === "" || typeof max_input_length !== "number") return null;
  const root = typeof model_id === "string" ? model_id : null;
  const card = {
    id,
    root,
    parent: null,
    maxModelLen: max_input_length,
    owner: null,
    created: null,
    state: null,
  };
  return { kind: "models", cards: [card] };
}
