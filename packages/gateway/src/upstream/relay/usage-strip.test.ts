import * as fc from "fast-check";
import { expect, test } from "vitest";
import { UsageStrip } from "./usage-strip.ts";

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const head = { id: "chatcmpl-1", model: "m" };
const finish = (more = {}) =>
  event({ ...head, choices: [{ index: 0, delta: { content: "I" }, finish_reason: "length" }], ...more });
const token = event({ ...head, choices: [{ index: 1, delta: { content: "x" }, finish_reason: null }] });
const usage = (more = {}) => event({ ...head, choices: [], usage: { prompt_tokens: 4 }, ...more });
const fingerprint = { system_fingerprint: "vllm-0.32.0-b7111b16" };
const timings = { timings: { prompt_n: 5, predicted_n: 4 } };
const DONE = "data: [DONE]\n\n";

/** Each a stream from its finish on, as it is where usage is asked for, and where it is not. */
const STREAMS: readonly [name: string, asked: readonly string[], plain: string][] = [
  ["vLLM's", [finish(), usage(fingerprint), DONE], finish(fingerprint) + DONE],
  ["llama.cpp's", [finish(), usage(timings), DONE], finish(timings) + DONE],
  ["one that says nothing else", [finish(), usage(), DONE], finish() + DONE],
  ["two choices", [finish(), finish(), usage(fingerprint), DONE], finish(fingerprint).repeat(2) + DONE],
  ["a choice that goes on", [finish(), token, finish(), usage(), DONE], finish() + token + finish() + DONE],
  ["one without usage", [finish(), DONE], finish() + DONE],
  ["one that ends without a word", [finish()], finish()],
  [
    "usage beside the finish",
    [finish({ usage: { prompt_tokens: 4 } }), DONE],
    finish({ usage: { prompt_tokens: 4 } }) + DONE,
  ],
  ["a comment between", [finish(), ": ping\n\n", usage(), DONE], `${finish()}: ping\n\n${DONE}`],
  ["null beside choices", [finish({ usage: null }), usage(), DONE], finish({ usage: null }) + DONE],
  [
    "an event without choices that is not usage",
    [finish(), event({ choices: [], usage: null }), DONE],
    finish() + event({ choices: [], usage: null }) + DONE,
  ],
];

test.for(STREAMS)("%s is as if nobody had asked, wherever it is cut into pieces", ([, events, plain]) => {
  const pieces = fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length });
  fc.assert(
    fc.property(pieces, (breaks) => {
      const strip = new UsageStrip();
      let [out, piece] = ["", ""];
      for (const [index, one] of events.entries()) {
        piece += one;
        if (breaks[index] !== true) continue;
        out += String(strip.push(Buffer.from(piece)));
        piece = "";
      }
      if (piece !== "") out += String(strip.push(Buffer.from(piece)));
      expect(out + String(strip.flush())).toBe(plain);
    }),
  );
});
