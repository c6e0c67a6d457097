import { placeOf, type Endpoint } from "@rollcall/contract";
import { lacksEndpoint } from "../read/endpoint.ts";
import type { ProbeExchange } from "../read/probe-result.ts";
import type { EndpointRound } from "../remember/found-endpoints.ts";
import type { Target } from "../remember/target.ts";
import { ProbeSession, SIDE_TIMEOUT_MS, type ProbeContext } from "./probe-session.ts";

/** Asks a server for these endpoints, one after the other, by requests that it refuses. */
export async function askEndpoints(
  target: Target,
  endpoints: readonly Endpoint[],
  context: ProbeContext,
): Promise<Omit<EndpointRound, "start">> {
  const session = new ProbeSession(target, context);
  const missing: string[] = [];
  const exchanges: ProbeExchange[] = [];
  try {
    for (const endpoint of endpoints) {
      const { name, probe } = endpoint;
      if (probe === null) continue;
      const { below, upstreamPath } = placeOf(endpoint, context.state.kind ?? "generic");
      const path = (below === "api" ? session.apiPath : session.rootPath) + upstreamPath;
      const response = await session.ask(path, SIDE_TIMEOUT_MS, JSON.stringify(probe.body));
      if (response.kind === "failure") return { missing, exchanges, isWhole: false };
      if (!lacksEndpoint(response)) continue;
      missing.push(name);
      exchanges.push(...session.exchanges.slice(-1));
    }
    return { missing, exchanges, isWhole: true };
  } finally {
    session.close();
  }
}
