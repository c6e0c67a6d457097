import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { gatewayFor, type Answer, type Gateway, type Place } from "./harness.ts";

/** How long apps send what is refused beside what is not (POISON_SECONDS: longer); two of them, one request of each kind a second. */
const SECONDS = Number(process.env["POISON_SECONDS"] ?? 5);
const APPS = 2;
const GOOD_A_SECOND = 20;
/** Longer than the prober's default; nobody probes here, so that nothing ends a suspicion before its time. */
const PROBE_INTERVAL_MS = 5_000;

const answer =
  (status: number, body: object | string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    const type = typeof body === "string" ? "text/html" : "application/json";
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
const error = (message: string, type = "InternalServerError") => ({ error: { message, type, code: null } });

/** What the content of one request can bring about, on servers that serve all others. */
const POISONS = {
  "a key that may not": answer(401, { error: "Unauthorized" }),
  "a filter in front": answer(403, "<html>blocked</html>"),
  "a redirect": answer(307, "", { location: "https://elsewhere.internal/v1/chat/completions/" }),
  "a file that is missing": answer(
    404,
    error("Media file of the model input was not found", "NotFoundError"),
  ),
  "another model's name": answer(404, error("The model `adapter` does not exist.", "NotFoundError")),
  "an error in words": answer(500, error("list index out of range")),
  "a plain 500": answer(500, "Internal Server Error"),
  "words of a dead engine": answer(500, error("EngineCore encountered an issue.")),
  "an abort": answer(200, { choices: [{ message: { content: "" }, finish_reason: "abort" }] }),
  "an error under 200": answer(200, { error: "out of memory" }),
  "an empty 200": answer(200, ""),
  "a proxy's page": answer(502, "<html>Bad Gateway</html>"),
  overload: answer(503, error("busy"), { "retry-after": "2" }),
  "too many requests": answer(429, error("slow down"), { "retry-after": "2" }),
  "a dropped connection": (response: ServerResponse) => response.destroy(),
} as const;

type Kind = keyof typeof POISONS;
const KINDS = Object.keys(POISONS) as Kind[];

const GOOD = answer(200, { model: "up", choices: [{ message: { content: "x" }, finish_reason: "stop" }] });

async function backend(): Promise<Place> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const text = Buffer.concat(pieces).toString();
      const kind = KINDS.find((one) => text.includes(`POISON ${one}`));
      (kind === undefined ? GOOD : POISONS[kind])(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function gatewayBefore(count: number): Promise<Gateway> {
  const backends = await Promise.all(Array.from({ length: count }, backend));
  const gateway = await gatewayFor({ chat: backends }, { params: { order: 1 } });
  await gateway.tell({}, PROBE_INTERVAL_MS);
  return gateway;
}

const ask = (gateway: Gateway, content: string): Promise<Answer> =>
  gateway.chat({ messages: [{ role: "user", content }] });

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe.each([1, 2])("with %i deployments", (count) => {
  test(
    "what one app is refused costs another none of its requests",
    { timeout: (SECONDS + 25) * 1_000 },
    async () => {
      const gateway = await gatewayBefore(count);
      const good: Promise<Answer>[] = [];
      const poisonous: Promise<Answer>[] = [];
      for (let turn = 0; turn < SECONDS * GOOD_A_SECOND; turn += 1) {
        const kinds = KINDS.filter((_, at) => at % GOOD_A_SECOND === turn % GOOD_A_SECOND);
        for (const kind of kinds)
          for (let app = 0; app < APPS; app += 1) poisonous.push(ask(gateway, `POISON ${kind}`));
        good.push(ask(gateway, "hi"));
        await pause(1_000 / GOOD_A_SECOND);
      }
      const failed = (await Promise.all(good)).filter(({ status }) => status !== 200);
      expect(failed.map(({ status, text }) => `${status} ${text}`)).toEqual([]);
      expect((await Promise.all(poisonous)).filter(({ status }) => status === 200)).toEqual([]);
      expect(good.length).toBe(SECONDS * GOOD_A_SECOND);
    },
  );
});

describe("a refusal that two deployments give alike", () => {
  test.each<[Kind, number, RegExp]>([
    ["a filter in front", 403, /refused the request \(403\)/],
    ["an error in words", 502, /list index out of range/],
    ["a plain 500", 502, /Internal Server Error/],
    ["a redirect", 503, /redirect \(307\) to an https address/],
    ["words of a dead engine", 503, /engine has died.*EngineCore encountered/],
    ["a key that may not", 503, /refuses the configured API key/],
  ])("by %s is told, and both stay first choice", async (kind, status, message) => {
    const gateway = await gatewayBefore(2);
    const refused = await ask(gateway, `POISON ${kind}`);
    expect(refused.status).toBe(status);
    expect(refused.json().error.message).toMatch(message);
    expect(refused.text).not.toContain("elsewhere");
    expect(await gateway.metric("attempt_failures_total")).toBe(2);
    expect(await gateway.metric("ejected")).toBe(Number.NaN);
  });

  test("ends the search before it meets a third, but for the alias's fallback", async () => {
    const backends = await Promise.all(Array.from({ length: 4 }, backend));
    const settings = {
      general_settings: { master_key: "sk-master" },
      router_settings: { fallbacks: [{ chat: ["spare"] }] },
    };
    const gateway = await gatewayFor({ chat: backends.slice(0, 3), spare: backends.slice(3) }, { settings });
    await ask(gateway, "POISON an error in words");
    expect(await gateway.metric('attempt_failures_total{deployment="chat-3"}')).toBe(0);
    expect(await gateway.metric('attempt_failures_total{deployment="spare-1"}')).toBe(1);
    expect(await gateway.metric("ejected")).toBe(Number.NaN);
  });
});

test("two requests that are refused, each by another deployment, are no two witnesses", async () => {
  const gateway = await gatewayBefore(2);
  const alone = { messages: [{ role: "user", content: "POISON an error in words" }], num_retries: 0 };
  await gateway.chat(alone);
  await gateway.chat(alone);
  expect(await gateway.metric('ejected{reason="server_error"}')).toBe(2);
});
