import type { ProbeResponse } from "./probe-response.ts";
import type { ModelCard } from "./model-card.ts";
import type { ModelsReading } from "./models.ts";

/** TEI has no `/v1/models`: `/info` names its one model. Null where the answer is not TEI's. */
export function readInfo(answer: ProbeResponse): ModelsReading | null {
  if (answer.kind === "failure" || answer.status !== 200 || answer.truncated) return null;
  let info: unknown;
  try {
    info = JSON.parse(answer.body);
  } catch {
    return null;
  }
  const { model_id, served_model_name, max_input_length } = (info ?? {}) as Readonly<Record<string, unknown>>;
  const id = served_model_name ?? model_id;
  if (typeof id !== "string" || id === "" || typeof max_input_length !== "number") return null;
  const card: ModelCard = {
    id,
    root: typeof model_id === "string" ? model_id : null,
    parent: null,
    maxModelLen: max_input_length,
    owner: null,
    created: null,
    state: null,
  };
  return { kind: "models", cards: [card] };
}
