import { startSimulator, type SimulatorOptions } from "@rollcall/simulator";
import { expect, test } from "vitest";
import { ask, type Reply } from "../../simulator/test/ask.ts";
import {
  askAgain,
  metricComments,
  metricLabels,
  type RecordedServer,
} from "../../simulator/test/recorded-questions.ts";
import { bodyShape, headShape } from "../../simulator/test/shape.ts";

const KEY = { headers: { authorization: "Bearer k" } };

/** How many tokens a text has is the tokenizer's affair. */
const COUNTS = /\d{4,}/g;

function wireShape({ status, headers, text }: Reply): unknown {
  const body = status >= 400 ? text.replaceAll(COUNTS, "N") : bodyShape({ headers, text });
  return { status, head: headShape(headers), body };
}

/** A test for every recorded question: the simulator answers as the real server does, shape by shape. */
export function testSameWire(
  { options, files }: RecordedServer,
  { url, ...like }: { readonly url: () => string } & SimulatorOptions,
): void {
  const both = async (question: (url: string) => Promise<Reply>): Promise<[Reply, Reply]> => {
    const simulator = await startSimulator({ ...options, ...like });
    try {
      return [await question(simulator.url), await question(url())];
    } finally {
      await simulator.close();
    }
  };

  // Random weights do not always come to the end of a call: what differs by chance does not differ each time.
  test.each(files)("%s", { retry: 8 }, async (file) => {
    const [simulated, real] = await both((at) => askAgain(at, file));
    expect(wireShape(simulated)).toEqual(wireShape(real));
  });

  test("the names, types, texts and labels of /metrics", async () => {
    const [simulated, real] = await both(async (at) => {
      await ask(`${at}/v1/models`, KEY);
      return ask(`${at}/metrics`, KEY);
    });
    expect(metricComments(simulated.text)).toEqual(metricComments(real.text));
    const labels = metricLabels(real.text);
    for (const [name, those] of metricLabels(simulated.text))
      expect([name, labels.get(name)]).toEqual([name, those]);
  });
}
