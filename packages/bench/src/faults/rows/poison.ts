import type { Script, Scripted } from "@rollcall/simulator";
import { request } from "undici";
import { MODEL } from "../bed.ts";
import { CHAT, PATIENCE_MS } from "../load/load.ts";
import { CLEAN, type Fault, type Stage } from "./fault.ts";

const answer = (status: number, body: object | string, headers: Readonly<Record<string, string>> = {}) => {
  const type = typeof body === "string" ? "text/html" : "application/json";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const lines = Object.entries({ ...headers, "content-type": type }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const length = `content-length: ${Buffer.byteLength(text)}`;
  const head = [`HTTP/1.1 ${status} Status`, ...lines, length, "connection: close"];
  return { replay: Buffer.from(`${head.join("\r\n")}\r\n\r\n${text}`) };
};
const error = (message: string, type = "InternalServerError") => ({ error: { message, type, code: null } });

/** What the content of one request can bring about, on servers that serve all others. */
const POISONS: Readonly<Record<string, Scripted>> = {
  "a key that may not": answer(401, { error: "Unauthorized" }),
  "a filter in front": answer(403, "<html>blocked</html>"),
  "a redirect": answer(307, "", { location: "https://127.0.0.1:9/v1/chat/completions/" }),
  "a file that is missing": answer(404, error("Media file of the input was not found", "NotFoundError")),
  "another model's name": answer(404, error("The model `adapter` does not exist.", "NotFoundError")),
  "an error in words": answer(500, error("list index out of range")),
  "an image for a text model": answer(500, error("image input is not supported", "server_error")),
  "a plain 500": answer(500, "Internal Server Error"),
  "words of a dead engine": answer(500, error("EngineCore encountered an issue.")),
  "an abort": answer(200, { choices: [{ message: { content: "" }, finish_reason: "abort" }] }),
  "an error under 200": answer(200, { error: "out of memory" }),
  "an empty 200": answer(200, ""),
  "a proxy's page": answer(502, "<html>Bad Gateway</html>"),
  overload: answer(503, error("busy"), { "retry-after": "2" }),
  "too many requests": answer(429, error("slow down"), { "retry-after": "2" }),
  "a dropped connection": { fault: "reset" },
};

const KINDS = Object.keys(POISONS);
const APPS = 2;
const SECONDS = 30;

const poisonous: Script = (body) => {
  const kind = KINDS.find((one) => body.includes(`POISON ${one}`));
  return (kind === undefined ? undefined : POISONS[kind]) ?? null;
};

async function ask({ url, headers }: Stage["system"], content: string): Promise<void> {
  const body = JSON.stringify({ model: MODEL, messages: [{ role: "user", content }] });
  try {
    const sent = await request(url + CHAT, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
    });
    await sent.body.dump();
  } catch {
    // What becomes of it is not counted here.
  }
}

export const POISON: Fault = {
  name: "poison",
  title: "two apps send poison beside good requests",
  does: `two apps send a request of each of ${KINDS.length} kinds a second that every replica answers with an error; the others are counted`,
  expected: CLEAN,
  watch: "none",
  perSecond: 20,
  holdMs: 0,
  strike: async ({ replicas, system, pause }) => {
    for (const { control } of replicas) control.script(CHAT, poisonous);
    const sent: Promise<void>[] = [];
    for (let second = 0; second < SECONDS; second += 1) {
      for (const kind of KINDS) {
        for (let app = 0; app < APPS; app += 1) sent.push(ask(system, `POISON ${kind}`));
        await pause(1_000 / KINDS.length);
      }
    }
    await Promise.all(sent);
  },
  repair: ({ replicas }) => {
    for (const { control } of replicas) control.script(CHAT, null);
  },
};
