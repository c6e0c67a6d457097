import { freePort, noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../simulator/test/ask.ts";
import { RECORDED } from "../../simulator/test/recorded-questions.ts";
import { chat, eventually } from "../test/harness.ts";
import { findPlace, type Place } from "./places.ts";
import { RealServer } from "./real-server.ts";
import { testSameWire } from "./same-wire.ts";
import { configOf, RealSite } from "./site.ts";
import { countOutcomes, openChat } from "./streams.ts";

const FLAGS = "--host 127.0.0.1 --api-key k --metrics --jinja -c 1024 -t 1".split(" ");

const found = findPlace("llama.cpp");

describe.skipIf("absent" in found)("real llama.cpp", () => {
  const place = found as Place;
  let port: number;
  let url: string;
  let site: RealSite;
  let server: RealServer;

  const start = (alias: string) =>
    new RealServer(place.program, ["-m", place.model, "--alias", alias, "--port", String(port), ...FLAGS]);
  const isServed = async () => (await chat(site.gateway, { model: "right" })).status === 200;
  /** Streams that take some seconds, once their first words have come. */
  const streaming = async () => {
    const sent = Array.from({ length: 3 }, () => openChat(site.gateway, { model: "right", max_tokens: 200 }));
    await Promise.all(sent.map(({ begun }) => begun));
    return sent.map(({ ended }) => ended);
  };

  beforeAll(async () => {
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = configOf([
      { alias: "right", name: "gemma", url },
      { alias: "misnamed", name: "nope", url },
      { alias: "badkey", name: "gemma", url, key: "wrong" },
    ]);
    site = await RealSite.start(config);
  });
  afterAll(async () => {
    await site?.stop();
    await server?.stop();
  });

  test("says 503 on every route while it loads: loading, with what it says", async () => {
    server = start("gemma");
    await eventually(async () => /503/.test((await site.verdict("right")).detail), 60_000);
    expect((await site.verdict("right")).reason).toBe("loading");
    expect(await site.refuses("right")).toBe("loading");
  });

  test("is ready once it has loaded", async ({ task }) => {
    await site.becomes("right", "ok", 120_000);
    await eventually(isServed, 60_000);
    const { text } = await ask(`${url}/props`, { headers: { authorization: "Bearer k" } });
    const build = (JSON.parse(text) as { build_info: string }).build_info;
    noteVersion(task, ["llama.cpp", build]);
    expect(build).toMatch(/^b\d+/);
  });

  test("takes any name, and lists one: wrong_name for all others", async () => {
    expect((await site.becomes("misnamed", "wrong_name")).all).toContain("gemma");
    expect(await site.refuses("misnamed")).toBe("wrong_name");
  });

  test("shows its list to everybody, and its metrics to those with the key: wrong_key", async () => {
    await site.becomes("badkey", "wrong_key");
    expect(await site.refuses("badkey")).toBe("wrong_key");
  });

  describe("answers as the simulator does, shape by shape", () => {
    testSameWire(RECORDED.llamacpp, { url: () => url });
  });

  test("an app sees its alias, in JSON and in streams", async () => {
    expect(JSON.parse((await chat(site.gateway, { model: "right" })).text)).toMatchObject({ model: "right" });
    const stream = await openChat(site.gateway, { model: "right", max_tokens: 5 }).ended;
    expect(stream.outcome).toBe("whole");
    expect(new Set(stream.text.match(/"model":"[^"]*"/g))).toEqual(new Set(['"model":"right"']));
  });

  test.each([
    [
      "a prompt that is too long",
      { messages: [{ role: "user", content: "word ".repeat(3_000) }] },
      "context_length_exceeded",
    ],
    [
      "a picture",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }],
          },
        ],
      },
      null,
    ],
    ["a role that no template knows", { messages: [{ content: "hi" }] }, null],
  ])("%s is the app's fault, which blames nobody", async (_case, fields, code) => {
    const { status, text } = await chat(site.gateway, { model: "right", ...fields });
    expect([status, text]).toEqual([400, expect.stringContaining('"error"')]);
    expect((JSON.parse(text) as { error: object }).error).toMatchObject({ code });
    expect(text).not.toMatch(/\bgemma\b/);
    expect(await isServed()).toBe(true);
  });

  test("stopped it is a timeout, and well again when it goes on", async () => {
    server.signal("SIGSTOP");
    await site.becomes("right", "timeout", 90_000);
    server.signal("SIGCONT");
    await site.becomes("right", "ok");
    expect(await eventually(isServed, 30_000)).toBe(true);
  });

  test("SIGTERM under streams: they are told, and it is down", async () => {
    const sent = await streaming();
    server.signal("SIGTERM");
    const outcomes = countOutcomes(await Promise.all(sent));
    process.stdout.write(`SIGTERM: ${JSON.stringify(outcomes)}\n`);
    expect(outcomes).toEqual({ told: 3 });
    await server.ended;
    await site.becomes("right", "down");
  });

  test("another model on its port is a wrong name", async () => {
    await server.stop();
    server = start("another");
    expect((await site.becomes("right", "wrong_name", 120_000)).all).toContain("another");
    await server.stop();
  });

  test("kill -9 under streams: they are told, and it is down", async () => {
    server = start("gemma");
    await site.becomes("right", "ok", 120_000);
    await eventually(isServed, 30_000);
    const sent = await streaming();
    server.signal("SIGKILL");
    const outcomes = countOutcomes(await Promise.all(sent));
    process.stdout.write(`kill -9: ${JSON.stringify(outcomes)}\n`);
    expect(outcomes).toEqual({ told: 3 });
    await server.ended;
    await eventually(
      async () => ["down", "crash_loop"].includes((await site.verdict("right")).reason),
      60_000,
    );
  });
});
