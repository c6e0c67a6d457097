import { gzipSync } from "node:zlib";
import type { Verdict } from "@rollcall/contract";
import { Secrets, systemClock } from "@rollcall/runtime";
import { http, HttpResponse, type HttpResponseResolver } from "msw";
import { describe, expect, it } from "vitest";
import { probeOnce } from "../src/probe-once.ts";
import { modelList } from "./answers.ts";
import { configOf, type Entry } from "./configs.ts";
import { mockNetwork } from "./mocked-network.ts";

const HOST = "http://gpu-1:8000";
const MODELS = `${HOST}/v1/models`;

/** What one probe over the real client makes of a host that answers so; its side routes are well. */
async function verdictOn(models: HttpResponseResolver, entry: Entry = {}): Promise<Verdict | undefined> {
  mockNetwork(
    http.get(MODELS, models),
    http.get(`${HOST}/health`, () => new HttpResponse(null, { status: 200 })),
    http.get(`${HOST}/*`, () => HttpResponse.json({ detail: "Not Found" }, { status: 404 })),
  );
  const config = configOf([{ base: HOST, ...entry }]);
  const secrets = Secrets.read(config, { env: {}, directory: "/" });
  const [verdict] = await probeOnce(config, secrets, systemClock);
  return verdict;
}

const list = (...names: readonly string[]) => JSON.stringify(modelList(...names));

/** A whole answer, byte for byte. */
const bytes =
  (body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): HttpResponseResolver =>
  () =>
    new HttpResponse(body, { headers });

describe("a redirect is not followed", () => {
  it.each([
    [301, "https://gpu-1/v1/models", /write https:\/\//],
    [302, "/login?next=/v1/models", /address in api_base that the redirect points to/],
    [307, "http://elsewhere:9000/v1/models", /address in api_base that the redirect points to/],
    [308, `${HOST}/v1/models/`, /address in api_base that the redirect points to/],
  ])("%i to %s", async (status, location, hint) => {
    const asked: string[] = [];
    const verdict = await verdictOn(({ request }) => {
      asked.push(request.url);
      return new HttpResponse(null, { status, headers: { location } });
    });
    expect(verdict).toMatchObject({ reason: "wrong_path", hint: expect.stringMatching(hint) });
    expect(new Set(asked)).toEqual(new Set([MODELS]));
  });
});

describe("a model list", () => {
  it.each<[what: string, answer: HttpResponseResolver]>([
    ["as plain text", () => HttpResponse.text(list("llama"))],
    ["without a content type", bytes(new TextEncoder().encode(list("llama")))],
    [
      "with spaces and line breaks",
      () => HttpResponse.text(`\n\n  ${JSON.stringify(modelList("llama"), null, 4)}\n`),
    ],
    [
      "with the name in escapes",
      () => HttpResponse.text(list("llama").replaceAll("llama", String.raw`\u006clama`)),
    ],
    [
      "among ten thousand",
      () => HttpResponse.text(list(...Array.from({ length: 9_999 }, (_, i) => `m${i}`), "llama")),
    ],
    [
      "with entries that are none",
      () => HttpResponse.json({ object: "list", data: [null, 7, {}, { id: "llama" }] }),
    ],
    ["twice the same", () => HttpResponse.text(list("llama", "llama"))],
    [
      "in pieces",
      () => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const letter of new TextEncoder().encode(list("llama")))
              controller.enqueue(Uint8Array.of(letter));
            controller.close();
          },
        });
        return new HttpResponse(body, { headers: { "content-type": "application/json" } });
      },
    ],
  ])("is read: %s", async (_what, answer) => {
    expect(await verdictOn(answer)).toMatchObject({ ready: true, nameMatches: true, reason: "ok" });
  });

  it.each<[what: string, answer: HttpResponseResolver, reason: string]>([
    ["null", () => HttpResponse.json({ object: "list", data: null }), "no_models"],
    ["an object of names", () => HttpResponse.json({ data: { llama: {} } }), "not_openai"],
    ["names without cards", () => HttpResponse.json(["llama"]), "not_openai"],
    ["the Ollama shape alone", () => HttpResponse.json({ models: [{ name: "llama" }] }), "not_openai"],
    ["in UTF-16", bytes(new Uint8Array(Buffer.from(list("llama"), "utf16le"))), "not_openai"],
    ["cut in the middle", () => HttpResponse.text(list("llama").slice(0, -9)), "not_openai"],
    ["in another case", () => HttpResponse.text(list("LLaMA")), "wrong_name"],
    ["with an accent in other letters", () => HttpResponse.text(list("llamá")), "wrong_name"],
  ])("is none, or another: %s", async (_what, answer, reason) => {
    expect(await verdictOn(answer)).toMatchObject({ ready: reason === "wrong_name", reason });
  });
});

describe("encodings", () => {
  it("are not asked for", async () => {
    const asked: (string | null)[] = [];
    await verdictOn(({ request }) => {
      asked.push(request.headers.get("accept-encoding"));
      return HttpResponse.text(list("llama"));
    });
    expect(asked).toEqual(["identity"]);
  });

  it("that a proxy forces on all answers are read", async () => {
    const body = new Uint8Array(gzipSync(list("llama")));
    expect(await verdictOn(bytes(body, { "content-encoding": "gzip" }))).toMatchObject({ reason: "ok" });
  });

  it.each(["br", "snappy", "gzip, gzip"])(
    "that cannot be read are called by their name: %s",
    async (encoding) => {
      const body = new Uint8Array(gzipSync(list("llama")));
      expect(
        await verdictOn(bytes(body, { "content-encoding": encoding, "content-type": "application/json" })),
      ).toMatchObject({
        reason: "not_openai",
        detail: `/models answers 200 with content-encoding ${encoding}, which cannot be read`,
        hint: expect.stringContaining("compress"),
      });
    },
  );

  it("that change nothing are none", async () => {
    const answer = () => HttpResponse.text(list("llama"), { headers: { "content-encoding": "identity" } });
    expect(await verdictOn(answer)).toMatchObject({ reason: "ok" });
  });
});

describe("the key", () => {
  it("is sent to the configured host, and to no other that a redirect names", async () => {
    const seen: string[] = [];
    await verdictOn(
      ({ request }) => {
        seen.push(`${new URL(request.url).host} ${request.headers.get("authorization")}`);
        return new HttpResponse(null, {
          status: 307,
          headers: { location: "http://elsewhere:9000/v1/models" },
        });
      },
      { key: "sk-1" },
    );
    expect(new Set(seen)).toEqual(new Set(["gpu-1:8000 Bearer sk-1"]));
  });
});
