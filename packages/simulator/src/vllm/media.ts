import { readBody } from "../http/read-body.ts";
import { json } from "./answer.ts";
import { type Call, send, serverHeaders } from "./call.ts";
import { echoedName, readJson } from "./inference-request.ts";
import { Refusal } from "./refusal.ts";
import { answerId, createdNow } from "./subject.ts";

const SAID = ["Roll", " call", " at", " nine", "."];

/** A field of a form, by its name. */
function fieldOf(form: string, name: string): string | undefined {
  const part = new RegExp(`name="${name}"(?:\\r\\n[^\\r\\n]+)*\\r\\n\\r\\n([^]*?)\\r\\n--`).exec(form);
  return part?.[1];
}

/** POST /v1/audio/transcriptions and /translations: whatever the sound, the same words. */
export async function transcribe(call: Call): Promise<void> {
  const raw = await readBody(call.exchange.request);
  if (raw === undefined) return;
  const form = raw.toString("latin1");
  const model = fieldOf(form, "model");
  if (model !== undefined) call.seen.model = model;
  const echoed = echoedName(call, model);
  if (!form.includes('name="file"'))
    throw new Refusal({
      status: 400,
      type: "Bad Request",
      message: "[{'type': 'missing', 'loc': ('body', 'file'), 'msg': 'Field required'}]",
      param: "file",
    });
  if (fieldOf(form, "stream") === "true") return streamWords(call, echoed);
  const usage = { type: "duration", seconds: 1 };
  const text = SAID.join("");
  // vLLM answers with JSON, whatever `response_format` is wanted beside verbose_json.
  send(call, json(200, { text, usage }));
}

/** Chunks as chat has them, and `[DONE]`. */
async function streamWords(call: Call, model: string): Promise<void> {
  const { exchange, backend } = call;
  exchange.begin(200, { ...serverHeaders(backend), ...backend.dialect.streamHeaders });
  const head = {
    id: answerId(call, "trsc"),
    object: "transcription.chunk",
    created: createdNow(call),
    model,
  };
  for (const [index, content] of SAID.entries()) {
    const finish = index === SAID.length - 1 ? "stop" : null;
    const choices = [{ index: 0, delta: { content }, finish_reason: finish }];
    await exchange.write(`data: ${JSON.stringify({ ...head, choices })}\n\n`);
    await exchange.turn();
    if (exchange.over) return;
  }
  exchange.finish("data: [DONE]\n\n");
}

/** Not to be played: it only has to arrive as it was sent. */
const SOUND = Buffer.from(Array.from({ length: 4_096 }, (_, index) => index % 256));

/** POST /v1/audio/speech: sound in several pieces. */
export async function speak(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  echoedName(call, body["model"]);
  const { exchange, backend } = call;
  exchange.begin(200, {
    ...serverHeaders(backend),
    "content-type": `audio/${body["response_format"] === "wav" ? "wav" : "mpeg"}`,
    "transfer-encoding": "chunked",
  });
  for (let at = 0; at < SOUND.length; at += 1_024) {
    await exchange.write(SOUND.subarray(at, at + 1_024));
    await exchange.turn();
    if (exchange.over) return;
  }
  exchange.finish();
}

const PICTURE = "iVBORw0KGgo=";

/** POST /v1/images/generations. */
export async function paint(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  echoedName(call, body["model"]);
  const count = typeof body["n"] === "number" ? body["n"] : 1;
  const data = Array.from({ length: count }, () => ({ b64_json: PICTURE }));
  send(call, json(200, { created: createdNow(call), data }));
}

export const TRANSCRIPTION_ROUTES = {
  "/v1/audio/transcriptions": { POST: transcribe },
  "/v1/audio/translations": { POST: transcribe },
};

export const SPEECH_ROUTES = { "/v1/audio/speech": { POST: speak } };
export const IMAGE_ROUTES = { "/v1/images/generations": { POST: paint } };
