import { describe, expect, it } from "vitest";
import { response } from "../../test/answers.ts";
import { PROXY_PAGES } from "../../test/proxy-pages.ts";
import { recogniseProxy } from "./proxy.ts";

describe("an error page", () => {
  it.each(PROXY_PAGES)("is recognised: %s", (_page, answer, proxy) => {
    expect(recogniseProxy(answer)).toBe(proxy);
  });

  it.each([
    ["an empty 503 (vLLM with a dead engine)", response(503, "", { server: "uvicorn" })],
    ["an empty 500 (older vLLM)", response(500, "", { server: "uvicorn" })],
    [
      "an answer that Caddy only passes on",
      response(503, { error: { message: "Loading model" } }, { server: "Caddy" }),
    ],
    ["an empty 500 of something behind Caddy", response(500, "", { server: "Caddy" })],
    ["vLLM that scales", response(503, { error: "The model is currently scaling. Please try again later." })],
    ["llama.cpp that loads", response(503, { error: { message: "Loading model", code: 503 } })],
    ["a JSON error that quotes a proxy's words", response(500, { error: { message: "Bad Gateway" } })],
    ["TensorRT-LLM", response(503, "LLM is unavailable. Please check the server logs for more details.")],
    ["an HTML 500, which may be the server's own", response(500, "<html>Internal Server Error</html>")],
    ["a 200 that shows nginx's welcome page", response(200, "<center>nginx</center>")],
    ["a 404 of nginx", response(404, "<html><hr><center>nginx</center></html>")],
  ])("may be the backend's own: %s", (_what, answer) => {
    expect(recogniseProxy(answer)).toBeNull();
  });

  it("costs no time however long and odd it is", () => {
    const start = performance.now();
    expect(recogniseProxy(response(502, "<h1>502 ".repeat(500_000)))).toBeNull();
    expect(performance.now() - start).toBeLessThan(500);
  });
});
