import assert from "node:assert/strict";

export const URL_OF_GATEWAY = process.env.ROLLCALL_URL;
export const KEY = process.env.ROLLCALL_KEY;
export const WRONG_KEY = "sk-wrong";

export const QUESTION = "What is the weather in Paris?";
export const MESSAGES = [{ role: "user", content: QUESTION }];
export const WEATHER = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
export const TOOL = { type: "function", function: { name: "get_weather", parameters: WEATHER } };
/** A second of silence: RIFF, PCM, 8 kHz, 8 bit. */
export const SOUND = sound();
/** What the speech of the backend is long. */
export const SPEECH_BYTES = 4096;

const FEATURE_MS = 60_000;
const TOLD_MS = 15_000;

/** Tries each of them, and prints a line of JSON for each: `{feature, ok, error?}`. Tries those named in ROLLCALL_ONLY alone. */
export async function tryFeatures(features) {
  const only = process.env.ROLLCALL_ONLY?.split(",");
  for (const [feature, attempt] of Object.entries(features)) {
    if (only !== undefined && !only.includes(feature)) continue;
    say(await outcome(feature, attempt));
  }
  process.exit(0);
}

async function outcome(feature, attempt) {
  let late;
  const limit = new Promise((_resolve, reject) => {
    late = setTimeout(() => reject(new Error(`nothing came for ${FEATURE_MS} ms`)), FEATURE_MS);
  });
  try {
    await Promise.race([attempt(), limit]);
    return { feature, ok: true };
  } catch (error) {
    return { feature, ok: false, error: `${error?.stack ?? error}`.slice(0, 2000) };
  } finally {
    clearTimeout(late);
  }
}

/** Libraries print as well: lines of ours begin with the mark. */
function say(result) {
  process.stdout.write(`\n#result ${JSON.stringify(result)}\n`);
}

export async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** The error that it throws, which must be one of that class. */
export async function failsWith(kind, attempt) {
  const error = await attempt().then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.ok(error !== undefined, "nothing was thrown");
  assert.ok(error instanceof kind, `${error?.constructor?.name}: ${error}`);
  return error;
}

/** The backend hears that the client has left. */
export async function reachesBackend(leave) {
  const before = await seen();
  await leave();
  const deadline = performance.now() + TOLD_MS;
  while ((await seen()).cancelled <= before.cancelled) {
    assert.ok(performance.now() < deadline, "the backend was not told that the client has left");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function seen() {
  return (await fetch(process.env.ROLLCALL_OBSERVER)).json();
}

function sound() {
  const samples = Buffer.alloc(8000, 128);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
