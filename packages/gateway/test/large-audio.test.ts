import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { simulator, UPSTREAM } from "./harness.ts";
import { field, file, multipart } from "./multipart.ts";
import { MB, pause, print, processFor } from "./process-memory.ts";

const BOUNDARY = "------------------------d74496d66958873e";
/** What OpenAI's API takes at most. */
const SOUND = randomBytes(25 * MB);
const PATH = "/v1/audio/transcriptions";

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const formFor = (model: string) =>
  multipart(BOUNDARY, [field("language", "en"), file("file", SOUND), field("model", model)]);

/** Answers once it has read all; remembers lengths and digests, not the sound. */
async function listener(answerAfterMs = 0) {
  const seen: { readonly announced: string | undefined; readonly digest: string }[] = [];
  const server = createServer((incoming, outgoing) => {
    const hash = createHash("sha256");
    incoming.on("data", (chunk: Buffer) => hash.update(chunk));
    incoming.on("end", () => {
      seen.push({ announced: incoming.headers["content-length"], digest: hash.digest("hex") });
      setTimeout(() => {
        outgoing.writeHead(200, { "content-type": "application/json" });
        outgoing.end('{"text":"hello","usage":{"type":"duration","seconds":1}}');
      }, answerAfterMs);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
}

/** The most memory that a process has until `work` is done. */
async function mostDuring<T>(rss: () => number, work: Promise<T>): Promise<{ most: number; result: T }> {
  const look = { most: rss(), isDone: false };
  const done = work.finally(() => (look.isDone = true));
  while (!look.isDone) {
    await pause(5);
    look.most = Math.max(look.most, rss());
  }
  return { most: look.most, result: await done };
}

const HEADERS = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };

/** One after the other. */
async function askFour<T>(ask: () => Promise<T>): Promise<readonly T[]> {
  return [await ask(), await ask(), await ask(), await ask()];
}

test("a sound of 25 MB in front of its model goes to that model's deployment, renamed there and nowhere else", async () => {
  const [chat, speech] = [await simulator(), await listener()];
  const { gateway, rss } = await processFor({ chat: [chat], speech: [speech] });
  const body = formFor("speech");
  const ask = () => gateway.ask(PATH, { body, headers: HEADERS });
  const before = rss();
  const { most, result } = await mostDuring(rss, askFour(ask));
  for (const { status, headers } of result)
    expect([status, headers["x-rollcall-deployment"]]).toEqual([200, "speech-1"]);
  const wanted = formFor(UPSTREAM);
  const expected = { announced: String(wanted.length), digest: digest(wanted) };
  expect(speech.seen).toEqual([expected, expected, expected, expected]);
  expect(chat.seen.count()).toBe(0);
  print(
    `4 times 25 MB of sound: ${(before / MB).toFixed(1)} MB, and ${((most - before) / MB).toFixed(1)} MB more`,
  );
  // Held once, and by none of those before it. The rest is the program's own, which has not run before.
  expect(most - before).toBeLessThan(body.length + 25 * MB);
}, 60_000);

test("many such at once hold no more than bodies may, and those that find no room are told to come again", async () => {
  const speech = await listener(300);
  const { gateway, rss } = await processFor({ speech: [speech] }, { gateway: { body_memory: "128MiB" } });
  const body = formFor("speech");
  const ask = () => gateway.ask(PATH, { body, headers: HEADERS }).catch(() => null);
  await ask();
  const before = rss();
  const { most, result } = await mostDuring(rss, Promise.all(Array.from({ length: 8 }, ask)));
  const answers = result.filter((one) => one !== null);
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);
  print(
    `8 times 25 MB at once: ${served.length} served, ${refused.length} told to come again, ${((most - before) / MB).toFixed(1)} MB more`,
  );
  expect(served.length).toBeGreaterThan(0);
  for (const { json, headers } of refused)
    expect([json().error.code, headers["retry-after"]]).toEqual(["request_memory_full", "2"]);
  // Without a bound they would be 200 MB, and what they grew out of.
  expect(most - before).toBeLessThan(128 * MB);
  expect(served.length + refused.length).toBe(answers.length);
}, 60_000);
