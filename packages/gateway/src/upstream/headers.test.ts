import { describe, expect, test } from "vitest";
import { KEY_HEADERS, Secrets } from "@rollcall/runtime";
import { configOf } from "../../test/deployments.ts";
import { addReturned, UpstreamHeaders } from "./headers.ts";

const HOP_BY_HOP = {
  connection: "keep-alive, x-custom",
  "keep-alive": "timeout=5",
  te: "trailers",
  trailer: "x-sum",
  "transfer-encoding": "chunked",
  upgrade: "h2c",
  "proxy-authorization": "Basic abc",
  "proxy-connection": "keep-alive",
  expect: "100-continue",
};

function sent(headers: Record<string, string | string[]>, params: object = {}, trace: string | null = null) {
  const config = configOf({ a: { params } });
  const [deployment] = config.deployments;
  if (deployment === undefined) throw new Error("no deployment");
  const secrets = Secrets.read(config, { env: { TEAM: "blue" }, directory: "/" });
  const lines = new UpstreamHeaders(deployment, secrets, config).print(headers, "req-1", trace);
  expect(lines).toMatch(/^([^\r\n]+\r\n)*$/);
  return lines
    .trimEnd()
    .split("\r\n")
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
}

describe("to a backend", () => {
  test("go content type, accept, trace and session, and the request's id", () => {
    const headers = {
      "content-type": "application/json; charset=utf-8",
      accept: "text/event-stream",
      traceparent: "00-1-2-01",
      tracestate: "a=b",
      "x-session-id": "s1",
    };
    expect(Object.fromEntries(sent(headers))).toEqual({
      ...headers,
      "accept-encoding": "identity",
      "x-request-id": "req-1",
    });
  });

  test.for<[string, object, readonly string[]]>([
    ["in place of the app's", {}, ["baggage a=1", "traceparent 00-7-8-01"]],
    [
      "but not in place of the config's",
      { extra_headers: { TraceParent: "own" } },
      ["baggage a=1", "traceparent own"],
    ],
  ])("a trace of ours goes %s", ([_which, params, expected]) => {
    const headers = { traceparent: "00-1-2-01", tracestate: "a=b", baggage: "a=1" };
    const lines = sent(headers, params, "traceparent: 00-7-8-01\r\n").map((pair) => pair.join(" "));
    expect(lines.filter((line) => /^(?:trace|baggage)/.test(line)).toSorted()).toEqual(expected);
  });

  test("a body without a content type is JSON", () => {
    expect(sent({})).toEqual([
      ["accept-encoding", "identity"],
      ["x-request-id", "req-1"],
      ["content-type", "application/json"],
    ]);
  });

  test.each(
    Object.entries({
      ...HOP_BY_HOP,
      ...Object.fromEntries(KEY_HEADERS.map((name) => [name, "Bearer app-key"])),
      cookie: "session=1",
      host: "gateway",
      "content-length": "12",
      "content-encoding": "gzip",
      "accept-encoding": "gzip",
      "x-forwarded-for": "10.0.0.1",
      forwarded: "for=10.0.0.1",
      "x-request-id": "of the app",
      "user-agent": "app/1",
      origin: "https://app",
      "openai-organization": "org",
      "x-stainless-os": "Linux",
      "x-vllm-priority": "1",
    }),
  )("the app's own %s never goes", (name, value) => {
    expect(sent({ [name]: value })).toEqual([
      ["accept-encoding", "identity"],
      ["x-request-id", "req-1"],
      ["content-type", "application/json"],
    ]);
  });

  test("goes its own key, and the headers that the config has for it", () => {
    const headers = sent(
      { authorization: "Bearer app-key" },
      { api_key: "backend-key", extra_headers: { "X-Team": "os.environ/TEAM", "x-fixed": "1" } },
    );
    expect(headers.filter(([name]) => name === "authorization")).toEqual([
      ["authorization", "Bearer backend-key"],
    ]);
    expect(headers).toContainEqual(["x-team", "blue"]);
    expect(headers).toContainEqual(["x-fixed", "1"]);
  });

  test("goes the wish for plain bytes, unless the config has another", () => {
    const encodings = (params: object) =>
      sent({}, params).flatMap(([name, value]) => (name === "accept-encoding" ? [value] : []));
    expect(encodings({})).toEqual(["identity"]);
    expect(encodings({ extra_headers: { "Accept-Encoding": "gzip" } })).toEqual(["gzip"]);
  });
});

function returned(received: Record<string, string>): Record<string, string> {
  const headers = {};
  addReturned({ headers: Object.entries(received).flat() }, headers);
  return headers;
}

describe("to an app", () => {
  test("go content type, Retry-After and the processing time", () => {
    const headers = { "content-type": "text/event-stream", "retry-after": "1", "openai-processing-ms": "12" };
    expect(returned(headers)).toEqual(headers);
  });

  test.each(
    Object.entries({
      ...HOP_BY_HOP,
      server: "uvicorn",
      "set-cookie": "a=1",
      date: "Thu, 01 Jan 1970 00:00:00 GMT",
      via: "1.1 proxy",
      "x-powered-by": "x",
      "x-served-by": "gpu-7",
      "content-length": "12",
      "content-encoding": "gzip",
      "openai-organization": "org",
      "x-request-id": "of the backend",
      location: "http://10.0.0.1/",
      "access-control-allow-origin": "*",
    }),
  )("the backend's own %s never goes", (name, value) => {
    expect(returned({ [name]: value })).toEqual({});
  });
});
