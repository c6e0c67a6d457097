import { readUsage } from "../../../gateway/src/endpoints/read-usage.ts";
import { askingForUsage } from "../../../gateway/src/endpoints/usage-request.ts";
import { readJsonFields } from "../../../gateway/src/body/json-fields.ts";
import { SECONDS, Series } from "../../../gateway/src/observe/series.ts";
import { UsageStrip } from "../../../gateway/src/upstream/relay/usage-strip.ts";

/**
 * What metering adds: to a small answer, to each event of a stream, and to a stream as a whole. CPU time, the best of several
 * rounds. `node packages/bench/src/micro/metering.ts`
 */
const ROUNDS = 15;
const TIMES = 100_000;

const HEAD = {
  id: "chatcmpl-8d1f4b1c9f0e4c0a",
  object: "chat.completion.chunk",
  created: 1_764_166_319,
  model: "m",
};
const usage = { prompt_tokens: 4, total_tokens: 12, completion_tokens: 8, prompt_tokens_details: null };
const bytes = (value: object, event = false) =>
  Buffer.from(event ? `data: ${JSON.stringify(value)}\n\n` : JSON.stringify(value));

const answer = bytes({
  ...HEAD,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "A short answer, of eight tokens." },
      finish_reason: "stop",
    },
  ],
  usage,
  prompt_logprobs: null,
});
const finish = bytes(
  { ...HEAD, choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop" }] },
  true,
);
const last = bytes({ ...HEAD, choices: [], usage, system_fingerprint: "vllm-0.32.0" }, true);
const done = Buffer.from("data: [DONE]\n\n");
const request = Buffer.from(
  '{"model":"chat","stream":true,"messages":[{"role":"user","content":"Say something."}]}',
);
const fields = readJsonFields(request);
const series = new Series(SECONDS);

const CASES: readonly [name: string, run: (turn: number) => unknown][] = [
  ["a small answer: usage read", () => readUsage(answer, null)],
  ["an event: the time before it recorded", (turn) => series.record((turn % 64) / 1_000)],
  ["a stream: asked for usage", () => (fields.ok ? askingForUsage(request, fields.value) : null)],
  ["a stream: its three last events read", () => readUsage(done, readUsage(last, readUsage(finish, null)))],
  [
    "a stream: usage taken out of them again",
    () => {
      const strip = new UsageStrip();
      return [strip.push(finish), strip.push(last), strip.push(done)];
    },
  ],
];

for (const [name, run] of CASES) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < TIMES; turn += 1) run(turn);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / TIMES);
  }
  process.stdout.write(`${name.padEnd(45)} ${best.toFixed(3)} µs\n`);
}
