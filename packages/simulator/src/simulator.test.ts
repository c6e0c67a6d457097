import { Client } from "undici";
import { expect, test } from "vitest";
import { ask, failure } from "../test/ask.ts";
import { chat } from "../test/chat.ts";
import { running } from "../test/running.ts";
import { startSimulator } from "./simulator.ts";

const now = (): number => 1_755_400_000_000;

test("a simulator without options serves gpt-oss-120b on a free port of loopback", async () => {
  const simulator = await running();
  expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
  const { data } = (await ask(`${simulator.url}/v1/models`)).json();
  expect(data).toMatchObject([
    { id: "gpt-oss-120b", root: "/models/gpt-oss-120b", max_model_len: 131072, parent: null },
  ]);
});

test("two simulators with the same seed answer alike, and differ with another", async () => {
  const [one, same, other] = await Promise.all([
    running({ seed: 7, now }),
    running({ seed: 7, now }),
    running({ seed: 8, now }),
  ]);
  const text = (await chat(one)).text;
  expect((await chat(same)).text).toBe(text);
  expect((await chat(other)).text).not.toBe(text);
});

test("a port that is taken is told as EADDRINUSE, with and without loading first", async () => {
  const { port } = await running();
  expect(await failure(startSimulator({ port }))).toBe("EADDRINUSE");
  expect(await failure(startSimulator({ port, loadMs: 50 }))).toBe("EADDRINUSE");
});

test("close ends open answers and gives the port back", async () => {
  const simulator = await startSimulator({ firstTokenMs: 60_000 });
  const pending = failure(chat(simulator));
  await expect.poll(() => simulator.seen.inFlight).toBe(1);
  await simulator.close();
  expect(await pending).toBe("ECONNRESET");
  const next = await running({ port: simulator.port });
  expect(next.port).toBe(simulator.port);
});

test("idle connections are closed after the keep-alive time, which is not announced", async () => {
  const simulator = await running({ keepAliveMs: 50 });
  const client = new Client(simulator.url);
  const gone = new Promise((resolve) => {
    client.once("disconnect", (_origin, _targets, error) => resolve(error.message));
  });
  const { headers, body } = await client.request({ method: "GET", path: "/health" });
  await body.dump();
  expect(headers).not.toHaveProperty("connection");
  expect(headers).not.toHaveProperty("keep-alive");
  expect(await gone).toBe("other side closed");
  await client.close();
});
