import type { FaultName } from "./catalogue.ts";
import type { Fault } from "./fault-switch.ts";

/** An answer that does not come from vLLM: a proxy before it, or another service on its port. */
export interface FrontAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const PLAIN = "text/plain; charset=utf-8";

const FRONT_ANSWERS: Partial<Record<FaultName, FrontAnswer>> = {
  // vLLM's own middleware while elastic expert parallelism scales: `error` is a string here.
  scaling: {
    status: 503,
    headers: { server: "uvicorn", "content-type": "application/json" },
    body: JSON.stringify({ error: "The model is currently scaling. Please try again later." }),
  },
  html: {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: "<!doctype html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n",
  },
  "not-openai": {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ status: "ok", service: "inventory" }),
  },
  "nginx-502": nginx(502, "502 Bad Gateway"),
  "nginx-503": nginx(503, "503 Service Temporarily Unavailable"),
  "nginx-504": nginx(504, "504 Gateway Time-out"),
  "haproxy-502": haproxy(502, "502 Bad Gateway", "The server returned an invalid or incomplete response."),
  "haproxy-503": haproxy(503, "503 Service Unavailable", "No server is available to handle this request."),
  "haproxy-504": haproxy(504, "504 Gateway Time-out", "The server didn't respond in time."),
  "traefik-502": { status: 502, headers: { "content-type": PLAIN }, body: "Bad Gateway" },
  "traefik-504": { status: 504, headers: { "content-type": PLAIN }, body: "Gateway Timeout" },
  // Go's http.Error ends the line and forbids sniffing.
  "traefik-503": {
    status: 503,
    headers: { "content-type": PLAIN, "x-content-type-options": "nosniff" },
    body: "no available server\n",
  },
  "caddy-502": { status: 502, headers: { server: "Caddy" }, body: "" },
  "caddy-503": { status: 503, headers: { server: "Caddy" }, body: "" },
  "envoy-503": envoy(503, "no healthy upstream"),
  "envoy-504": envoy(504, "upstream request timeout"),
};

const NO_ROUTE: FrontAnswer = {
  status: 404,
  headers: { server: "uvicorn", "content-type": "application/json" },
  body: JSON.stringify({ detail: "Not Found" }),
};

const FORBIDDEN: FrontAnswer = {
  status: 403,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ error: "Forbidden" }),
};

/** What answers instead of the server on this path, if anything. */
export function frontAnswer(fault: Fault, path: string, inference: boolean): FrontAnswer | undefined {
  const models = path === "/v1/models";
  if (fault.name === "no-route") return path.startsWith("/v1") ? NO_ROUTE : undefined;
  if (fault.name === "forbidden") return models ? FORBIDDEN : undefined;
  if (fault.name === "models-rate-limit") return models ? rateLimit(fault) : undefined;
  if (fault.name === "rate-limit") return inference ? rateLimit(fault) : undefined;
  return FRONT_ANSWERS[fault.name];
}

/** vLLM never says 429 nor Retry-After for load; this is a limit that somebody put in front of it. */
function rateLimit({ retryAfter }: Fault): FrontAnswer {
  const error = {
    message: `Rate limit reached. Please try again in ${retryAfter}s.`,
    type: "rate_limit_exceeded",
    param: null,
    code: "rate_limit_exceeded",
  };
  return {
    status: 429,
    headers: { "content-type": "application/json", "retry-after": String(retryAfter) },
    body: JSON.stringify({ error }),
  };
}

function nginx(status: number, title: string): FrontAnswer {
  const lines = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "<hr><center>nginx/1.27.3</center>",
    "</body>",
    "</html>",
    "",
  ];
  return {
    status,
    headers: { server: "nginx/1.27.3", "content-type": "text/html" },
    body: lines.join("\r\n"),
  };
}

function haproxy(status: number, title: string, sentence: string): FrontAnswer {
  const body = `<html><body><h1>${title}</h1>\n${sentence}\n</body></html>\n`;
  return { status, headers: { "cache-control": "no-cache", "content-type": "text/html" }, body };
}

function envoy(status: number, body: string): FrontAnswer {
  return { status, headers: { server: "envoy", "content-type": "text/plain" }, body };
}
