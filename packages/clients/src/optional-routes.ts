import type { Feature } from "./features.ts";
import { CLIENT_KEY } from "./site.ts";

/** Features that a gateway may be without, and how it is asked: what is missing, or undefined. */
const PROBES: Partial<Record<Feature, (gateway: string) => Promise<string | undefined>>> = {
  realtime: (gateway) => hasRoute(gateway, "/v1/realtime?model=realtime"),
  "messages-models": listsForAnthropic,
  "model-info": (gateway) => hasRoute(gateway, "/v1/model/info"),
};

const NO_ROUTE = /unknown_url/;

async function hasRoute(gateway: string, route: string): Promise<string | undefined> {
  const response = await fetch(gateway + route, { headers: { authorization: `Bearer ${CLIENT_KEY}` } });
  const text = await response.text();
  return response.status === 404 && NO_ROUTE.test(text) ? `the gateway has no route GET ${route}` : undefined;
}

async function listsForAnthropic(gateway: string): Promise<string | undefined> {
  const headers = { "x-api-key": CLIENT_KEY, "anthropic-version": "2023-06-01" };
  const text = await (await fetch(`${gateway}/v1/models`, { headers })).text();
  return text.includes('"has_more"') ? undefined : "the gateway lists models in OpenAI's shape alone";
}

/** Whether pages of other origins may call it. */
export async function refusesPages(gateway: string): Promise<string | undefined> {
  const response = await fetch(`${gateway}/v1/chat/completions`, {
    method: "OPTIONS",
    headers: {
      origin: "https://chat.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
  await response.text();
  return response.headers.has("access-control-allow-origin")
    ? undefined
    : `the gateway answers no preflight (${response.status})`;
}

/** What this gateway lacks, with the reason. */
export async function missingFeatures(gateway: string): Promise<ReadonlyMap<Feature, string>> {
  const missing = new Map<Feature, string>();
  for (const [feature, probe] of Object.entries(PROBES)) {
    const reason = await probe(gateway);
    if (reason !== undefined) missing.set(feature as Feature, reason);
  }
  return missing;
}
