import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { candidateOf } from "../../test/candidates.ts";
import { ask, escaped, promptOf, TEXT_KINDS } from "../../test/prompts.ts";
import { seeded } from "../../test/seeded.ts";
import { BytesPerToken } from "./bytes-per-token.ts";
import { TruncationWatch } from "./truncation-watch.ts";

const REQUESTS = 10_000;
const LIMITS = [512, 2_048, 4_096, 8_192, 32_768];

const chatWith = (text: string) =>
  JSON.stringify({ model: "chat", messages: [{ role: "user", content: text }] });

/** Short ones are many, long ones few, as with apps. */
const lengths = (random: () => number) => Math.ceil(2 ** (4 + random() * 9));

describe("no word of normal requests", () => {
  test.each([...TEXT_KINDS.map((kind) => [kind, [kind]] as const), ["all kinds mixed", TEXT_KINDS] as const])(
    "%s",
    { timeout: 60_000 },
    (_name, kinds) => {
      const random = seeded(12);
      const [watch, candidate] = [
        new TruncationWatch(new FakeClock(), new BytesPerToken()),
        candidateOf("a"),
      ];
      let warned = 0;
      for (let request = 0; request < REQUESTS / kinds.length; request += 1)
        for (const kind of kinds) {
          // One in ten comes from an app that cuts its prompts itself, at a round number.
          const exactly = random() < 0.1;
          const tokens = exactly ? 512 * Math.ceil(random() * 8) : lengths(random);
          const prompt = promptOf(kind, { tokens, exactly, random });
          const json = chatWith(prompt.text);
          const body = random() < 0.3 ? escaped(json) : json;
          if (ask(watch, candidate, { body, tokens: prompt.tokens, stream: random() < 0.5 })) warned += 1;
        }
      expect(warned).toBe(0);
    },
  );

  test("one kind of text after another", { timeout: 60_000 }, () => {
    const random = seeded(3);
    const [watch, candidate] = [new TruncationWatch(new FakeClock(), new BytesPerToken()), candidateOf("a")];
    const warned = ["base64", "prose", "base64", "code", "cjk", "prose"].flatMap((kind) =>
      Array.from({ length: 300 }, () => {
        const prompt = promptOf(kind, { tokens: 4_096, exactly: true, random });
        return ask(watch, candidate, { body: chatWith(prompt.text), tokens: 4_096 });
      }),
    );
    expect(warned).not.toContain(true);
  });

  test.each<[string, object, number]>([
    [
      "an image",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is it?" },
              {
                type: "image_url",
                image_url: { url: `data:image/png;base64,${"iVBORw0KGgo".repeat(20_000)}` },
              },
            ],
          },
        ],
      },
      1_024,
    ],
    ["thoughts that the template drops", { messages: [{ role: "assistant", content: "So.", reasoning_content: "Hm? ".repeat(20_000) }] }, 512], // prettier-ignore
    ["token ids", { input: Array.from({ length: 2_048 }, (_, id) => 100_000 + id) }, 2_048],
    ["a rule and its indentation", { prompt: `${"=".repeat(60_000)}${" ".repeat(60_000)}` }, 2_048],
    ["a count without what was cached", { prompt: "Words of a long talk. ".repeat(5_000) }, 64],
  ])("%s, again and again", (_case, fields, tokens) => {
    const [watch, candidate] = [new TruncationWatch(new FakeClock(), new BytesPerToken()), candidateOf("a")];
    const body = JSON.stringify({ model: "chat", ...fields });
    for (const stream of [false, true, true, true, false])
      expect(ask(watch, candidate, { body, tokens, stream })).toBe(false);
  });
});

describe("a prompt that was cut is told the second time", () => {
  const normal = (
    random: () => number,
    watch: TruncationWatch,
    candidate: ReturnType<typeof candidateOf>,
  ) => {
    for (const kind of TEXT_KINDS) {
      const { text, tokens } = promptOf(kind, { tokens: 400, exactly: false, random });
      ask(watch, candidate, { body: chatWith(text), tokens });
    }
  };

  test("whatever the text, the limit and what came before", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom("prose", "code", "cjk"),
          limit: fc.constantFrom(...LIMITS),
          before: fc.integer({ min: 0, max: 20 }),
          stream: fc.boolean(),
          seed: fc.nat(),
        }),
        ({ kind, limit, before, stream, seed }) => {
          const random = seeded(seed + 1);
          const [watch, candidate] = [
            new TruncationWatch(new FakeClock(), new BytesPerToken()),
            candidateOf("a"),
          ];
          for (let round = 0; round < before; round += 1) normal(random, watch, candidate);
          const asked = [4, 5].map((times) => {
            const { text } = promptOf(kind, { tokens: limit * times, exactly: false, random });
            return ask(watch, candidate, { body: chatWith(text), tokens: limit, stream });
          });
          expect(asked).toEqual([false, true]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("also where the rest of a talk is dropped message by message", () => {
    const random = seeded(8);
    const [watch, candidate] = [new TruncationWatch(new FakeClock(), new BytesPerToken()), candidateOf("a")];
    const warned = [3_713, 3_902, 3_590].map((tokens) => {
      const { text } = promptOf("prose", { tokens: 20_000, exactly: false, random });
      return ask(watch, candidate, { body: chatWith(text), tokens });
    });
    expect(warned).toEqual([false, true, true]);
  });

  test("and of inputs that are read apart, each by itself", () => {
    const random = seeded(8);
    const [watch, candidate] = [new TruncationWatch(new FakeClock(), new BytesPerToken()), candidateOf("a")];
    const warned = [3, 5, 1].map((texts) => {
      const input = Array.from(
        { length: texts },
        () => promptOf("prose", { tokens: 2_000, exactly: false, random }).text,
      );
      return ask(watch, candidate, { body: JSON.stringify({ model: "e", input }), tokens: 512 * texts });
    });
    expect(warned).toEqual([false, true, true]);
  });
});
