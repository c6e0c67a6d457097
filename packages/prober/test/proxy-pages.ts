import type { HttpResponse } from "../src/read/probe-response.ts";
import { response } from "./answers.ts";

function nginx(status: number, title: string): HttpResponse {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.27.3</center>\r\n</body>\r\n</html>\r\n`;
  return response(status, body, { server: "nginx/1.27.3", "content-type": "text/html" });
}

function haproxy(status: number, title: string, sentence: string): HttpResponse {
  return response(status, `<html><body><h1>${title}</h1>\n${sentence}\n</body></html>\n`);
}

const RESET = "upstream connect error or disconnect/reset before headers. reset reason: connection failure";

/** The error pages that proxies make themselves, and whose they are. */
export const PROXY_PAGES: readonly (readonly [page: string, answer: HttpResponse, proxy: string])[] = [
  ["nginx's 502", nginx(502, "502 Bad Gateway"), "nginx"],
  ["nginx's 503", nginx(503, "503 Service Temporarily Unavailable"), "nginx"],
  ["nginx's 504", nginx(504, "504 Gateway Time-out"), "nginx"],
  [
    "the 502 of nginx that hides its version",
    response(502, "<html><hr><center>nginx</center></html>"),
    "nginx",
  ],
  [
    "HAProxy's 502",
    haproxy(502, "502 Bad Gateway", "The server returned an invalid or incomplete response."),
    "HAProxy",
  ],
  [
    "HAProxy's 503",
    haproxy(503, "503 Service Unavailable", "No server is available to handle this request."),
    "HAProxy",
  ],
  ["HAProxy's 504", haproxy(504, "504 Gateway Time-out", "The server didn't respond in time."), "HAProxy"],
  ["Traefik's 502", response(502, "Bad Gateway"), "Traefik"],
  ["Traefik's 504", response(504, "Gateway Timeout"), "Traefik"],
  ["Traefik's 503", response(503, "no available server\n"), "Traefik"],
  ["Caddy's 502", response(502, "", { server: "Caddy" }), "Caddy"],
  ["Caddy's 503", response(503, "", { server: "Caddy" }), "Caddy"],
  ["Caddy's 504", response(504, "", { server: "Caddy" }), "Caddy"],
  ["Envoy's 503 without a healthy upstream", response(503, "no healthy upstream"), "Envoy"],
  ["Envoy's 503 after a reset", response(503, RESET), "Envoy"],
  ["Envoy's 504", response(504, "upstream request timeout"), "Envoy"],
  ["the 503 page of a proxy nobody knows", response(503, "<!DOCTYPE html><p>Sorry</p>"), "a proxy"],
  ["the 502 page of a load balancer", response(502, "\n<html><h1>502 Bad Gateway</h1></html>"), "a proxy"],
];
