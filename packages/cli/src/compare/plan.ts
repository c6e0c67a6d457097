import { ENDPOINTS, type Config } from "@rollcall/contract";

/** What a request shows; differences are listed by it. */
export const TOPICS = [
  "models",
  "chat",
  "stream",
  "completion",
  "embedding",
  "rerank",
  "refused request",
  "unknown model",
  "malformed body",
  "wrong key",
  "no key",
] as const;

export type Topic = (typeof TOPICS)[number];

/** A request that both are sent. */
export interface PlannedRequest {
  readonly topic: Topic;
  /** The alias that it is for; null where it is for none. */
  readonly alias: string | null;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string | null;
  readonly key: "own" | "wrong" | "none";
}

export interface Plan {
  readonly requests: readonly PlannedRequest[];
  /** Aliases that no request is sent for, and why. */
  readonly leftOut: readonly { readonly alias: string; readonly why: string }[];
}

const NO_SUCH_MODEL = "rollcall-compare-no-such-model";

const MODES: Readonly<Record<string, Topic>> = {
  chat: "chat",
  responses: "chat",
  completion: "completion",
  embedding: "embedding",
  rerank: "rerank",
};

/** For each alias one request for one token (or what is like it) and one that its server refuses; then one for each way of being wrong without a server. */
export function planRequests({ aliases }: Pick<Config, "aliases">): Plan {
  const forAliases = [...aliases].map(([alias, [first]]) => requestFor(alias, first?.mode ?? "chat"));
  const found = forAliases.flatMap((one) => ("why" in one ? [] : [one]));
  const chat = found.find(({ topic }) => topic === "chat");
  return {
    requests: [
      { ...ASK_MODELS, topic: "models", key: "own" },
      ...found,
      ...(chat === undefined ? [] : [{ ...chat, topic: "stream" as const, body: streamed(chat.body) }]),
      ...found.map((one) => ({ ...one, topic: "refused request" as const, body: withModelAlone(one) })),
      { ...CHAT, topic: "unknown model", body: chatBody(NO_SUCH_MODEL), key: "own" },
      { ...CHAT, topic: "malformed body", body: '{"model": ', key: "own" },
      { ...ASK_MODELS, topic: "wrong key", key: "wrong" },
      { ...ASK_MODELS, topic: "no key", key: "none" },
    ],
    leftOut: forAliases.flatMap((one) => ("why" in one ? [one] : [])),
  };
}

const ASK_MODELS = { alias: null, method: "GET", path: "/v1/models", body: null } as const;
const CHAT = { alias: null, method: "POST", path: "/v1/chat/completions" } as const;

function requestFor(alias: string, mode: string): PlannedRequest | { alias: string; why: string } {
  if (alias.includes("*")) return { alias, why: "a wildcard is no model that can be asked" };
  const endpoint = ENDPOINTS.find(({ canary }) => canary?.modes.includes(mode) === true);
  const topic = MODES[mode];
  const canary = endpoint?.canary ?? null;
  if (endpoint === undefined || canary === null || topic === undefined)
    return { alias, why: `no request is harmless and small for the mode ${mode}` };
  const body = JSON.stringify(canary.body(alias, 1));
  return { topic, alias, method: "POST", path: endpoint.paths[0] ?? "", body, key: "own" };
}

/** Nothing is asked for: no server generates anything. */
function withModelAlone({ alias }: PlannedRequest): string {
  return JSON.stringify({ model: alias });
}

function chatBody(model: string): string {
  return JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }], max_tokens: 1 });
}

function streamed(body: string | null): string {
  return JSON.stringify({ ...(JSON.parse(body ?? "{}") as object), stream: true });
}
