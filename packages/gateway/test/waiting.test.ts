import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, writtenFor } from "./harness.ts";
import { rawRequest } from "./raw.ts";

/** A gateway whose only model loads, with room for one request to wait. */
async function loading(time = "10s") {
  const backend = await simulator();
  const gateway = await gatewayFor(
    { chat: [backend] },
    { queue: { size: 1, time }, says: { "chat-1": "loading" } },
  );
  return { backend, gateway };
}

/** Time for a request to come in. Were it too short, the request would find what comes next, and be answered all the same. */
const aMoment = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 100);
  });

describe("a request for a model that loads", () => {
  test("waits, and is answered when it is ready", async () => {
    const { backend, gateway } = await loading();
    const waiting = gateway.chat();
    await aMoment();
    expect(backend.seen.count()).toBe(0);
    await gateway.tell({});
    expect((await waiting).status).toBe(200);
  });

  test("goes on waiting through news that changes nothing for it", async () => {
    const { gateway } = await loading();
    const waiting = gateway.chat();
    await aMoment();
    await gateway.tell({ "chat-1": "loading" });
    await aMoment();
    await gateway.tell({});
    expect((await waiting).status).toBe(200);
  });

  test("is refused at once when it turns out that there is nothing to wait for", async () => {
    const { gateway } = await loading();
    const waiting = gateway.chat();
    await aMoment();
    await gateway.tell({ "chat-1": "wrong_name" });
    const answer = await waiting;
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "x-rollcall-reason": "wrong_name", "x-should-retry": "false" });
  });

  test("is refused when its time is over", async () => {
    const { gateway } = await loading("200ms");
    const started = performance.now();
    const answer = await gateway.chat();
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "x-rollcall-reason": "loading", "retry-after": "5" });
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  test("is refused at once where there is no place to wait", async () => {
    const { gateway } = await loading();
    const answers = [gateway.chat(), gateway.chat(), gateway.chat()];
    await vi.waitFor(async () =>
      expect(await gateway.metric('requests_total{alias="chat",status="503"}')).toBe(2),
    );
    await gateway.tell({});
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  test("gives back its place when its client leaves", async () => {
    const { backend, gateway } = await loading();
    const body = JSON.stringify({ model: "chat", messages: MESSAGES });
    const headers = { authorization: `Bearer ${MASTER_KEY}`, "content-length": String(body.length) };
    const socket = net.connect(gateway.port, "127.0.0.1");
    await new Promise((resolve) => {
      socket.write(rawRequest("POST /v1/chat/completions HTTP/1.1", headers, body), resolve);
    });
    await aMoment();
    socket.destroy();
    await vi.waitFor(async () =>
      expect(await gateway.metric('requests_total{alias="chat",status="499"}')).toBe(1),
    );
    const next = gateway.chat();
    await aMoment();
    await gateway.tell({});
    expect((await next).status).toBe(200);
    expect(backend.seen.count("/v1/chat/completions")).toBe(1);
  });
});

test("a request for a model that is not ready for another reason does not wait", async () => {
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    { queue: { size: 5, time: "10s" }, says: { "chat-1": "engine_dead" } },
  );
  const started = performance.now();
  expect((await gateway.chat()).status).toBe(503);
  expect(performance.now() - started).toBeLessThan(3_000);
});

describe("a prompt that is too long", () => {
  const withRouter = (router_settings: object) => ({
    settings: { general_settings: { master_key: MASTER_KEY }, router_settings },
  });

  test("goes to the alias that the config has for that", async () => {
    const [short, long] = [await simulator({ maxModelLen: 5 }), await simulator()];
    const gateway = await gatewayFor(
      { chat: [short], long: [long] },
      withRouter({ context_window_fallbacks: [{ chat: ["long"] }] }),
    );
    const answer = await gateway.chat({ max_tokens: 20 });
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-deployment"]).toBe("long-1");
    expect(answer.json().model).toBe("chat");
    expect(await gateway.metrics()).not.toMatch(/attempt_failures_total\{.*\} [1-9]/);
  });

  test("stays refused where the request wants no other alias, or there is none", async () => {
    const [short, long] = [await simulator({ maxModelLen: 5 }), await simulator()];
    const gateway = await gatewayFor(
      { chat: [short], long: [long] },
      withRouter({ context_window_fallbacks: [{ chat: ["long"] }] }),
    );
    const refused = await gateway.chat({ max_tokens: 20, disable_fallbacks: true });
    expect(refused.status).toBe(400);
    expect(refused.json().error.code).toBe("context_length_exceeded");
    expect((await gateway.chat({ model: "long", max_tokens: 999_999 })).status).toBe(400);
  });
});

describe("what one request asks for itself", () => {
  test("other names win over the config's, and none are no fallback", async () => {
    const [main, spare, third] = [await simulator(), await simulator(), await simulator()];
    const gateway = await gatewayFor(
      { chat: [main], spare: [spare], third: [third] },
      {
        settings: {
          general_settings: { master_key: MASTER_KEY },
          router_settings: { fallbacks: [{ chat: ["spare"] }] },
        },
        says: { "chat-1": "down" },
      },
    );
    const to = async (fields: object) => {
      const { status, headers } = await gateway.chat(fields);
      return status === 200 ? headers["x-rollcall-deployment"] : status;
    };
    expect(await to({})).toBe("spare-1");
    expect(await to({ fallbacks: ["nowhere", "third"] })).toBe("third-1");
    expect(await to({ fallbacks: [] })).toBe(503);
    expect(await to({ disable_fallbacks: true })).toBe(503);
  });

  test("its number of retries holds, and its time", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    backend.control.fault("engine-error");
    expect((await gateway.chat({ num_retries: 0 })).status).toBe(502);
    expect(backend.seen.count("/v1/chat/completions")).toBe(1);
    backend.control.fault("hang");
    const answer = await gateway.chat({ num_retries: 0, timeout: 0.2 });
    expect(answer.status).toBe(504);
    expect(answer.json().error.code).toBe("upstream_timeout_total");
  });
});

test("an entry that was added while a request waits serves it", async () => {
  const [slow, fresh] = [await simulator(), await simulator()];
  const gateway = await gatewayFor(
    { chat: [slow] },
    { queue: { size: 1, time: "10s" }, says: { "chat-1": "loading" } },
  );
  const waiting = gateway.chat();
  await aMoment();
  gateway.written = writtenFor({ chat: [slow, fresh] }, { queue: { size: 1, time: "10s" } });
  await gateway.writeConfig(gateway.written);
  await vi.waitFor(async () => expect(await gateway.metric("config_generation")).toBe(2), { timeout: 5_000 });
  await gateway.tell({ "chat-1": "loading" });
  expect((await waiting).headers["x-rollcall-deployment"]).toBe("chat-2");
});
