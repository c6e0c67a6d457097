import type { Outcome } from "./outcome.ts";
import type { ModelsReading } from "./read-models.ts";

/** How many served names a verdict carries. */
const SHOWN = 20;

/** What was read from one backend → the outcome for one deployment on it. Names are compared exactly. */
export function judge(models: ModelsReading, health: Outcome | null, expected: string): Outcome {
  if (models.kind !== "models") return models;
  const found = models.names.slice(0, SHOWN);
  const nameMatches = models.names.includes(expected);
  if (!nameMatches) {
    const detail = `/models lists ${models.names.length === 1 ? "another name" : `${models.names.length} names, none of them the expected one`}`;
    return { kind: "fault", reason: "wrong_name", nameMatches, found, detail };
  }
  if (health?.kind === "absent") return health;
  if (health?.kind === "fault") return { ...health, nameMatches, found };
  return { kind: "ready", found };
}
