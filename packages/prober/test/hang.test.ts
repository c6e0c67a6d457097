import { expect, it } from "vitest";
import { running, simulated, site } from "./running.ts";
import { pause, until } from "./until.ts";

const ID = "a-1";

/** A ready backend, and what a gateway says of requests to it that get no answer. */
async function ready() {
  const server = await simulated();
  const place = site([{ alias: "a", id: ID, base: server.url }]);
  const prober = await running(place);
  await until(() => place.reasons()["a"] === "ok");
  const suspect = () => fetch(`${prober.url}/probe/${ID}`, { method: "POST" });
  return { server, place, suspect };
}

it(
  "an engine process that is stopped while idle is hung, and well again when it goes on",
  { timeout: 60_000 },
  async () => {
    const { server, place, suspect } = await ready();
    server.control.fault("engine-stopped");
    await pause(500);
    expect(place.reasons()["a"]).toBe("ok");
    await suspect();
    await pause(600);
    await suspect();
    await until(() => place.reasons()["a"] === "hung", 20_000);
    server.control.fault(null);
    await until(() => place.reasons()["a"] === "ok", 45_000);
  },
);

it("a busy engine is not hung, though its queue outlasts the patience of some requests", async () => {
  const server = await simulated({ tokensPerSecond: 20 });
  const place = site([{ alias: "a", id: ID, base: server.url }]);
  const prober = await running(place);
  await until(() => place.reasons()["a"] === "ok");
  const body = JSON.stringify({
    model: "llama",
    max_tokens: 60,
    messages: [{ role: "user", content: "Hi" }],
  });
  const headers = { "content-type": "application/json" };
  const chats = Array.from({ length: 8 }, () =>
    fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers, body }).then((answer) =>
      answer.text(),
    ),
  );
  for (let count = 0; count < 5; count += 1) {
    await fetch(`${prober.url}/probe/${ID}`, { method: "POST" });
    await pause(400);
    expect(place.reasons()["a"]).toBe("ok");
  }
  await Promise.all(chats);
  expect(place.reasons()["a"]).toBe("ok");
});
