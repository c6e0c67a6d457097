import { answersTo, isPattern, type Served, type Verdict } from "@rollcall/contract";
import { SERVER_KINDS } from "../kinds/index.ts";
import type { ServerKind } from "../kinds/server-kind.ts";
import type { ModelCard } from "../read/model-card.ts";
import type { BackendState } from "../remember/backend-state.ts";
import { loading, fault, type Fault, type Outcome } from "../read/outcome.ts";
import type { ProbeResult } from "../read/probe-result.ts";

/** How many served names a verdict carries, and how much of each: they end up in messages and on screens. */
const SHOWN = 20;
const SHOWN_LENGTH = 256;

/** Those of a wildcard are what may be called. */
const CALLABLE = 1_000;

/** What a probe result is judged with. */
export interface Case {
  readonly result: ProbeResult;
  /** The backend as remembered, this result included. */
  readonly state: BackendState;
  /** What the metrics hold against the engine. */
  readonly diagnosis: Fault | null;
}

/** What was seen of one backend → the outcome for one deployment on it. Names are compared exactly. */
export function judge({ result, state, diagnosis }: Case, before: Verdict): Outcome {
  const { models, key, health } = result;
  if (models.kind !== "models") return models;
  const { expected } = before;
  const names = models.cards.map(({ id }) => id);
  const kind = kindOf(state);
  const own = models.cards.filter(({ id }) => answersTo(state.kind ?? "generic", expected, id));
  const found = isPattern(expected) && own.length > 0 ? callable(own) : shorten(names);
  const isLoading = ({ state: said }: ModelCard) => said !== null && kind.loadingStates.includes(said);
  const card = own.find((one) => !isLoading(one)) ?? own[0];
  const twoServers = meetTwo(result, state, { before, served: card !== undefined });
  if (twoServers !== null) return { ...twoServers, nameMatches: false, found };
  if (card === undefined) return { ...nameFault(names, before), nameMatches: false, found };
  const still = key ?? health ?? diagnosis;
  if (still?.kind === "absent") return still;
  if (still?.kind === "fault") return { ...still, nameMatches: true, found };
  if (isLoading(card)) return loading(`/models says of it: ${card.state}`);
  // What holds for one of several says nothing of the others.
  const facts = isPattern(expected) && own.length > 1 ? { ...card, ...UNTOLD } : card;
  return { kind: "ready", found, served: servedBy(facts, state), ...startOf(state) };
}

const UNTOLD = { root: null, parent: null, maxModelLen: null };

/** In an order of their own: some servers list first what was used last. */
function callable(cards: readonly ModelCard[]): readonly string[] {
  const names = cards.map(({ id }) => id).filter((name) => name.length <= SHOWN_LENGTH);
  return names.toSorted().slice(0, CALLABLE);
}

/** Dates in headers are whole seconds: less than this is no difference between two clocks. */
const CLOCK_NOISE_MS = 2_000;

function startOf({ load, skewMs }: BackendState): { startedAt?: number } {
  const startedAt = load?.startedAt ?? null;
  if (startedAt === null) return {};
  const ahead = skewMs !== null && Math.abs(skewMs) >= CLOCK_NOISE_MS ? skewMs : 0;
  return { startedAt: startedAt - ahead };
}

function shorten(names: readonly string[]): readonly string[] {
  return names.slice(0, SHOWN).map((name) => name.slice(0, SHOWN_LENGTH));
}

function kindOf({ kind }: BackendState): ServerKind {
  return SERVER_KINDS[kind ?? "generic"];
}

function nameFault(names: readonly string[], { served, expected }: Verdict): Fault {
  const base = served?.parent ?? null;
  if (base !== null && names.includes(base)) {
    const fix = `Load the adapter ${JSON.stringify(expected)} again: adapters loaded at run time are lost with a restart, --lora-modules keeps them.`;
    return fault("adapter_gone", "/models lists its base model, but not the adapter", { fix });
  }
  const other = names.length === 1 ? "another name" : `${names.length} names, none of them the expected one`;
  return fault("wrong_name", `/models lists ${other}`);
}

/** Only those names flap that one server has and the other has not. */
function meetTwo(
  { otherNames }: ProbeResult,
  state: BackendState,
  { before, served }: { before: Verdict; served: boolean },
): Fault | null {
  const serves = (names: readonly string[]) =>
    names.some((id) => answersTo(state.kind ?? "generic", before.expected, id));
  const others = otherNames.filter((names) => serves(names) !== served);
  if (others.length > 0) {
    const [with_, without] = served
      ? [otherNames.length + 1 - others.length, others.length]
      : [others.length, otherNames.length + 1 - others.length];
    return fault("name_flapping", `of fresh connections ${with_} met it, ${without} met another server`);
  }
  if (state.doubts === 0 || before.reason !== "name_flapping") return null;
  return fault("name_flapping", "the last connections met one server; asked again before that is believed");
}

function servedBy(
  { root, parent, maxModelLen }: ModelCard,
  { kind, version, apiPath }: BackendState,
): Served {
  const facts = { kind: kind ?? "generic", version, root, parent, maxModelLen } as const;
  return apiPath === null ? facts : { ...facts, apiPath };
}
