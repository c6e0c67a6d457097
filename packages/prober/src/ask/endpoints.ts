import { placeOf, type Endpoint } from "@rollcall/contract";
import { SERVER_KINDS } from "../kinds/index.ts";
import type { RouteSource } from "../kinds/server-kind.ts";
import { lacksEndpoint } from "../read/endpoint.ts";
import { missingIn } from "../read/open-api.ts";
import type { ProbeExchange } from "../read/probe-result.ts";
import type { EndpointRound } from "../remember/found-endpoints.ts";
import type { BackendState } from "../remember/backend-state.ts";
import type { Target } from "../remember/target.ts";
import { ProbeSession, SIDE_TIMEOUT_MS, type ProbeContext } from "./probe-session.ts";

type Round = Omit<EndpointRound, "start">;

/** Nothing is known to be missing. */
const ALL_THERE: Round = { missing: [], exchanges: [], isWhole: true };
const NO_ANSWER: Round = { missing: [], exchanges: [], isWhole: false };

function sourceOf({ kind }: Pick<BackendState, "kind">): RouteSource | null {
  return SERVER_KINDS[kind ?? "generic"].routes;
}

/** How many requests it takes to find out. */
export function questionsFor(state: Pick<BackendState, "kind">, endpoints: readonly Endpoint[]): number {
  const source = sourceOf(state);
  return source === null ? 0 : source === "questions" ? endpoints.length : 1;
}

/** Finds out which of these endpoints a server lacks, as its kind has it. */
export async function askEndpoints(
  target: Target,
  endpoints: readonly Endpoint[],
  context: ProbeContext,
): Promise<Round> {
  const source = sourceOf(context.state);
  if (source === null) return ALL_THERE;
  const session = new ProbeSession(target, context);
  try {
    return source === "questions"
      ? await askEach(session, endpoints)
      : await readDocument(session, endpoints, source.openApiPath);
  } finally {
    session.close();
  }
}

async function readDocument(
  session: ProbeSession,
  endpoints: readonly Endpoint[],
  path: string,
): Promise<Round> {
  const response = await session.askBeside(path);
  if (response.kind === "failure") return NO_ANSWER;
  const { apiPath, context, exchanges, rootPath } = session;
  const kind = context.state.kind ?? "generic";
  const missing = missingIn(response, endpoints, { kind, apiPath: apiPath.slice(rootPath.length) });
  // Some are told not to show it.
  if (missing === null) return ALL_THERE;
  return { missing, exchanges: missing.length === 0 ? [] : exchanges, isWhole: true };
}

/** One after the other, by requests that it refuses. */
async function askEach(session: ProbeSession, endpoints: readonly Endpoint[]): Promise<Round> {
  const missing: string[] = [];
  const exchanges: ProbeExchange[] = [];
  for (const endpoint of endpoints) {
    const { name, probe } = endpoint;
    if (probe === null) continue;
    const { below, upstreamPath } = placeOf(endpoint, session.context.state.kind ?? "generic");
    const path = (below === "api" ? session.apiPath : session.rootPath) + upstreamPath;
    const response = await session.ask(path, SIDE_TIMEOUT_MS, JSON.stringify(probe.body));
    if (response.kind === "failure") return { missing, exchanges, isWhole: false };
    if (!lacksEndpoint(response)) continue;
    missing.push(name);
    exchanges.push(...session.exchanges.slice(-1));
  }
  return { missing, exchanges, isWhole: true };
}
