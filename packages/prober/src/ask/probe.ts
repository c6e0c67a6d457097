import type { Kind } from "@rollcall/contract";
import { recogniseKind, SERVER_KINDS } from "../kinds/index.ts";
import type { ServerKind } from "../kinds/server-kind.ts";
import { readHealth } from "../read/health.ts";
import { readLoad, type Load } from "../read/load.ts";
import { readModels, readRefusal } from "../read/models.ts";
import { fault, type Fault, type ModelsReading, type Outcome } from "../read/outcome.ts";
import { namesOf, type ProbeResult, type TokenReply } from "../read/probe-result.ts";
import type { ProbeResponse } from "../read/probe-response.ts";
import { readSkew, readVersion } from "../read/response-facts.ts";
import type { Target } from "../remember/target.ts";
import { askToken } from "./canary.ts";
import { explainAbsence, explainRefusal, explainWrongPath, readOwnList } from "./follow-up.ts";

import { ProbeSession, type ProbeContext } from "./probe-session.ts";
import { recheck } from "./recheck.ts";

/**
 * Asks one target: `/v1/models` with the key (who is it, does it take our key), its health route (is the engine alive)
 * and `/metrics` (does it move). Without a model list the others could save nothing, and only what explains the fault is
 * asked.
 */
export async function probe(target: Target, context: ProbeContext): Promise<ProbeResult> {
  const lack = context.secrets.lackOf(target.backend);
  if (lack !== null) return unasked(target, fault("key_missing", lack));
  const session = new ProbeSession(target, context);
  const { exchanges } = session;
  try {
    const { response, models } = await askModels(session);
    const kind = kindOf(session, { models, response });
    const skewMs = readSkew(response, context.now());
    const { durationMs } = response;
    if (models.kind !== "models" || kind === null)
      return { ...UNSEEN, models, kind, skewMs, durationMs, exchanges };
    const otherNames = await recheck(session, { names: namesOf({ models }) ?? [], path: models.apiPath });
    const beside = await askAround(session, SERVER_KINDS[kind]);
    return { models, kind, otherNames, ...beside, skewMs, durationMs, exchanges };
  } finally {
    session.close();
  }
}

function unasked({ backend: { kind } }: Target, models: Fault): ProbeResult {
  return { ...UNSEEN, models, kind, skewMs: null, durationMs: 0, exchanges: [] };
}

const UNSEEN = {
  otherNames: [],
  key: null,
  health: null,
  load: null,
  token: null,
  version: null,
} as const;

interface Asked {
  readonly response: ProbeResponse;
  readonly models: ModelsReading;
}

/** A kind with a list of its own is asked for that at once. Whoever has no such route is not of that kind, or no longer. */
async function askModels(session: ProbeSession): Promise<Asked> {
  const { backend, context } = session;
  const kind = backend.kind ?? context.state.kind;
  const ownList = kind === null ? null : SERVER_KINDS[kind].ownList;
  if (kind !== null && ownList !== null) {
    const response = await session.askBeside(ownList.path);
    const models = readOwnList(kind, response);
    if (models !== null) return { response, models };
    if (response.kind === "failure" || response.status !== 404)
      return { response, models: await explain(session, response) };
  }
  const response = await session.ask(`${session.apiPath}/models`);
  return { response, models: await explain(session, response) };
}

/** A model list, or the fault with what a further question or two can say of it. */
async function explain(session: ProbeSession, response: ProbeResponse): Promise<ModelsReading> {
  const reading = readModels(response);
  const { apiPath, backend } = session;
  if (reading.kind === "models") return apiPath === backend.base.apiPath ? reading : { ...reading, apiPath };
  if (reading.kind === "absent") return explainAbsence(session, { reading, response });
  if (reading.reason === "wrong_path") return explainWrongPath(session, reading);
  if (reading.reason === "wrong_key") return explainRefusal(session, reading);
  return reading;
}

/** A list that only one kind has says more than the config. */
function kindOf({ backend }: ProbeSession, { models, response }: Asked): Kind | null {
  if (models.kind !== "models") return backend.kind;
  if (models.server !== undefined) return models.server;
  if (backend.kind !== null || response.kind === "failure") return backend.kind;
  return recogniseKind({ cards: models.cards, headers: response.headers });
}

type Beside = Pick<ProbeResult, "key" | "health" | "load" | "token" | "version">;

async function askAround(session: ProbeSession, kind: ServerKind): Promise<Beside> {
  const key = await askKey(session, kind);
  const health = await askHealth(session, kind);
  const load = kind.metrics === null ? null : readLoad(await session.askBeside("/metrics"));
  const version = await askVersion(session, kind, load?.startedAt ?? null);
  const token = await proveIdle(session, load);
  return { key, health, load, token, version };
}

/** Counters that moved, or work to do, say enough: a request for a token would only wait with the others. */
async function proveIdle(session: ProbeSession, load: Load | null): Promise<TokenReply | null> {
  const { state, suspect } = session.context;
  if (suspect === null || load === null || load.running + load.waiting > 0) return null;
  return load.progress === state.progress?.load.progress ? askToken(session, suspect) : null;
}

async function askKey(session: ProbeSession, { keyPaths }: ServerKind): Promise<Fault | null> {
  for (const path of keyPaths) {
    const response = await session.askBeside(path);
    const refusal = readRefusal(path, response);
    if (refusal !== null) return refusal;
    if (response.kind === "response" && response.status === 200) return null;
  }
  return null;
}

async function askHealth(session: ProbeSession, { health }: ServerKind): Promise<Outcome | null> {
  if (health === null) return null;
  const response = await session.askBeside(health.path, health.timeoutMs);
  return readHealth(response, { route: health, served: session.context.state.served });
}

/** A version changes with a restart at most: it is asked for once a start. */
async function askVersion(
  session: ProbeSession,
  { versionPath }: ServerKind,
  startedAt: number | null,
): Promise<string | null> {
  const { state } = session.context;
  const sameStart = startedAt === null || state.progress?.load.startedAt === startedAt;
  if (versionPath === null || (state.served && state.version !== null && sameStart)) return null;
  return readVersion(await session.askBeside(versionPath));
}
