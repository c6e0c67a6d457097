import { WANTS_CERTIFICATE } from "@rollcall/contract";
import { saysLoading } from "../kinds/index.ts";
import type { ProbeResponse, HttpResponse } from "./probe-response.ts";
import { readModelCard } from "./model-card.ts";
import { loading, fault, type Fault, type ModelsReading } from "./outcome.ts";
import { readFailure } from "./failure.ts";
import { recogniseProxy } from "./proxy.ts";

/** What `/v1/models` says. */
export function readModels(response: ProbeResponse): ModelsReading {
  if (response.kind === "failure") return readFailure(response);
  const { status } = response;
  if (status === 200) return readList(response);
  if (wantsTls(response)) {
    return fault("tls", `/models answers ${status}: plain HTTP was sent to a TLS port`, {
      fix: "Write https:// in api_base.",
    });
  }
  if (wantsCertificate(response))
    return fault("tls", `/models answers ${status}: ${WANTS_CERTIFICATE.meaning}`, {
      fix: WANTS_CERTIFICATE.fix,
    });
  if (status === 401 || status === 403) return fault("wrong_key", `/models answers ${status}`);
  if (status === 404 || status === 405) return fault("wrong_path", `/models answers ${status}`);
  if (status >= 300 && status < 400) return readRedirect(response);
  const proxy = recogniseProxy(response);
  if (proxy !== null) return fault("proxy_error", `${proxy} answers ${status} for the backend`);
  if (status >= 500) return readServerError(response);
  // Too busy to say who it is, which passes.
  if (status === 408 || status === 429) return fault("server_error", `/models answers ${status}`);
  return fault("not_openai", `/models answers ${status}`);
}

/** nginx, Apache and Go answer plain HTTP on a TLS port with 400 and one of these; others only hang up. */
function wantsTls({ status, body }: HttpResponse): boolean {
  return (
    status === 400 &&
    /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled|HTTP request to an HTTPS server/i.test(
      body.slice(0, 4_096),
    )
  );
}

/** nginx ends the handshake well and refuses the request. */
function wantsCertificate({ status, body }: HttpResponse): boolean {
  return (
    status === 400 && /No required SSL certificate was sent|SSL certificate error/.test(body.slice(0, 4_096))
  );
}

/** A route that needs the key refuses it; null where it does not, or is not there. */
export function readRefusal(path: string, response: ProbeResponse): Fault | null {
  if (response.kind === "failure" || (response.status !== 401 && response.status !== 403)) return null;
  return fault("wrong_key", `${path} answers ${response.status}, though /models answers 200`);
}

/** Not followed: whoever answers there was not configured. Only a change to https is worth naming. */
function readRedirect({ status, headers }: HttpResponse): ModelsReading {
  const detail = `/models redirects (${status})`;
  const toTls = /^https:/i.test(headers["location"] ?? "");
  const fix = "Write the address in api_base that the redirect points to: it is not followed.";
  return fault("wrong_path", detail, {
    fix: toTls ? "It redirects to https: write https:// in api_base." : fix,
  });
}

function readServerError({ status, body }: HttpResponse): ModelsReading {
  if (status === 503 && saysLoading(body)) return loading("/models answers 503: it says that it is loading");
  return fault("server_error", `/models answers ${status}`);
}

/** Lenient readers take it, and so HTTP servers and proxies that add a header twice are not noticed; the gateway refuses it. */
function framedTwice(headers: HttpResponse["headers"]): boolean {
  return (headers["transfer-encoding"] ?? "").split(",").length > 1;
}

function readList({ body, truncated, headers }: HttpResponse): ModelsReading {
  if (framedTwice(headers)) {
    const fix =
      "Let only one of server and proxy set Transfer-Encoding: answers framed twice are refused (RFC 9112).";
    return fault("not_openai", "/models answers 200 with Transfer-Encoding more than once", { fix });
  }
  if (truncated) return fault("not_openai", "/models answers with an endless or far too long body");
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    const detail = `/models answers 200 with content-encoding ${encoding.slice(0, 64)}, which cannot be read`;
    const fix = "Let the proxy in front of the backend compress only what asks for it.";
    return fault("not_openai", detail, { fix });
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    const type = headers["content-type"] ?? "no content type";
    return fault("not_openai", `/models answers 200 with ${type}, which is not JSON`);
  }
  // Ollama answers `data: null` where it has nothing.
  const data = (value as { data?: unknown } | null)?.data ?? [];
  const isList =
    (value as { object?: unknown } | null)?.object === "list" || (Array.isArray(data) && data.length > 0);
  if (!isList || !Array.isArray(data))
    return fault("not_openai", "/models answers 200 with JSON that is no model list");
  // All of them: a list that was cut could lack the expected one.
  const cards = data.map(readModelCard).filter((card) => card !== null);
  return cards.length === 0 ? fault("no_models", "/models lists no model") : { kind: "models", cards };
}
