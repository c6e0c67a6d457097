import type { Backend, Kind } from "@rollcall/contract";
import type { ProbeResponse } from "../read/probe-response.ts";
import type { Outcome } from "../read/outcome.ts";
import { healthPath, readHealth } from "../read/health.ts";
import { readInfo } from "../read/info.ts";
import { readLoad } from "../read/load.ts";
import { readModels, type ModelsReading } from "../read/models.ts";
import { readSkew } from "../read/skew.ts";
import { readVersion, versionPath } from "../read/version.ts";
import { recogniseKind } from "../read/recognise-kind.ts";
import { namesOf, type ProbeResult } from "../read/probe-result.ts";
import { explainAbsence, explainRefusal, explainWrongPath } from "./follow-up.ts";
import { recheck } from "./recheck.ts";
import { ProbeSession, type ProbeContext } from "./probe-session.ts";

/** SGLang generates a token before it answers, for which it takes a second or more. */
const GENERATING_TIMEOUT_MS = 5_000;

/**
 * Asks one backend: `/v1/models` with the key (who is it, does it take our key), its health route (is the engine alive)
 * and `/metrics` (does it move). Without a model list the others could save nothing, and only what explains the fault is
 * asked.
 */
export async function probe(backend: Backend, context: ProbeContext): Promise<ProbeResult> {
  const session = new ProbeSession(backend, context);
  try {
    const { answer: first, direct } = await askFirst(session);
    const models = direct ?? (await explain(session, first));
    const kind = kindOf(session, { models, answer: first, isTei: direct !== null });
    const { durationMs } = first;
    const skewMs = readSkew(first, context.now());
    if (models.kind !== "models" || kind === null)
      return { ...UNSEEN, models, kind, skewMs, durationMs, exchanges: session.exchanges };
    const otherNames = await recheck(session, namesOf({ models }) ?? []);
    const beside = await askAround(session, kind);
    return { models, kind, otherNames, ...beside, skewMs, durationMs, exchanges: session.exchanges };
  } finally {
    session.close();
  }
}

const UNSEEN = { otherNames: [], health: null, load: null, version: null } as const;

/** TEI is asked for its one model at once. Whoever has no such route is no TEI, or no longer. */
async function askFirst(
  session: ProbeSession,
): Promise<{ readonly answer: ProbeResponse; readonly direct: ModelsReading | null }> {
  const { backend, context } = session;
  if ((backend.kind ?? context.state.kind) === "tei") {
    const answer = await session.askBeside("/info");
    if (answer.kind === "failure" || answer.status !== 404) return { answer, direct: readInfo(answer) };
  }
  return { answer: await session.ask(`${backend.base.apiPath}/models`), direct: null };
}

/** A model list, or the fault with what a further question or two can say of it. */
async function explain(session: ProbeSession, answer: ProbeResponse): Promise<ModelsReading> {
  const reading = readModels(answer);
  if (reading.kind === "models") return reading;
  if (reading.kind === "absent") return explainAbsence(session, { reading, answer });
  if (reading.reason === "wrong_path") return explainWrongPath(session, reading);
  if (reading.reason === "wrong_key") return explainRefusal(session, reading);
  return reading;
}

function kindOf(
  { backend }: ProbeSession,
  { models, answer, isTei }: { models: ModelsReading; answer: ProbeResponse; isTei: boolean },
): Kind | null {
  if (models.kind !== "models" || answer.kind === "failure") return backend.kind;
  if (isTei || answer.status !== 200) return "tei";
  return backend.kind ?? recogniseKind(models.cards, answer);
}

async function askAround(
  session: ProbeSession,
  kind: Kind,
): Promise<Pick<ProbeResult, "health" | "load" | "version">> {
  const health = await askHealth(session, kind);
  const load = HAVE_METRICS.has(kind) ? readLoad(await session.askBeside("/metrics")) : null;
  const version = await askVersion(session, kind, load?.startedAt ?? null);
  return { health, load, version };
}

async function askHealth(session: ProbeSession, kind: Kind): Promise<Outcome | null> {
  const path = healthPath(kind);
  if (path === null) return null;
  const answer = await session.askBeside(path, kind === "sglang" ? GENERATING_TIMEOUT_MS : undefined);
  return readHealth(answer, { kind, served: session.context.state.served });
}

const HAVE_METRICS: ReadonlySet<Kind> = new Set(["vllm", "sglang", "llamacpp"]);

/** A version changes with a restart at most: it is asked for once a start. */
async function askVersion(
  session: ProbeSession,
  kind: Kind,
  startedAt: number | null,
): Promise<string | null> {
  const { state } = session.context;
  const path = versionPath(kind);
  const sameStart = startedAt === null || state.progress?.load.startedAt === startedAt;
  if (path === null || (state.served && state.version !== null && sameStart)) return null;
  return readVersion(await session.askBeside(path));
}
