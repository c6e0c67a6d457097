import type { Outcome } from "./outcome.ts";
import type { ModelsReading } from "./read-models.ts";

/** How many served names a verdict carries, and how much of each: they end up in messages and on screens. */
const SHOWN = 20;
const SHOWN_LENGTH = 256;

/** What was read from one backend → the outcome for one deployment on it. Names are compared exactly. */
export function judge(models: ModelsReading, health: Outcome | null, expected: string): Outcome {
  if (models.kind !== "models") return models;
  const found = models.names.slice(0, SHOWN).map((name) => name.slice(0, SHOWN_LENGTH));
  const nameMatches = models.names.includes(expected);
  if (!nameMatches) {
    const detail = `/models lists ${models.names.length === 1 ? "another name" : `${models.names.length} names, none of them the expected one`}`;
    return { kind: "fault", reason: "wrong_name", nameMatches, found, detail };
  }
  if (health?.kind === "absent") return health;
  if (health?.kind === "fault") return { ...health, nameMatches, found };
  return { kind: "ready", found };
}
