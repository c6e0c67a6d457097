import { expect, it } from "vitest";
import { factsOf } from "../../../test/page-facts.ts";
import type { PageFacts } from "./facts.ts";
import { groupFleet } from "./group.ts";
import { headlineOf } from "./headline.ts";

const read = (facts: PageFacts) => {
  const { shape, title, text } = headlineOf(facts, groupFleet(facts));
  const words = text.map((part) =>
    typeof part === "string" ? part : "name" in part ? part.name : part.code,
  );
  return { shape, title, text: words.join("") };
};

it.each<[what: string, facts: PageFacts, shape: string, title: string, text: string]>([
  [
    "all well",
    factsOf([
      ["a", "ok", "ok"],
      ["b", "ok"],
    ]),
    "ok",
    "All 2 models can be called",
    "All 3 deployments are ready under the expected name.",
  ],
  [
    "one model alone",
    factsOf([["a", "ok"]]),
    "ok",
    "The model can be called",
    "Its deployment is ready under the expected name.",
  ],
  [
    "short, nothing out",
    factsOf([
      ["a", "ok", "down"],
      ["b", "ok"],
    ]),
    "warn",
    "All 2 models can be called, 1 is short of deployments",
    "a runs on 1 of 2. Nobody is refused for it.",
  ],
  [
    "some out",
    factsOf([
      ["a", "down"],
      ["b", "ok"],
      ["c", "ok", "hung"],
    ]),
    "out",
    "1 of 3 models cannot be called",
    "a has no deployment that can serve: requests for it fail. c is short of deployments.",
  ],
  [
    "some out, with fallbacks",
    factsOf(
      [
        ["a", "down"],
        ["b", "ok"],
      ],
      { hasFallback: (alias) => alias === "a" },
    ),
    "out",
    "1 of 2 models cannot be called",
    "a has no deployment that can serve: requests go to fallbacks.",
  ],
  [
    "everything out",
    factsOf([
      ["a", "down"],
      ["b", "hung"],
      ["c", "tls"],
      ["d", "dns"],
      ["e", "down"],
    ]),
    "out",
    "None of 5 models can be called",
    "a, b, c and 2 others have no deployment that can serve: requests for them fail.",
  ],
  [
    "only loading",
    factsOf([
      ["a", "loading"],
      ["b", "ok"],
    ]),
    "wait",
    "1 of 2 models cannot be called yet",
    "a has no deployment that can serve: requests for it fail.",
  ],
  [
    "taken out of use by somebody",
    factsOf([
      ["a", "drained"],
      ["b", "ok"],
    ]),
    "rest",
    "1 model is taken out of use, and all others can be called",
    "a will be called again once given back.",
  ],
  [
    "first roll call not over",
    factsOf(
      [
        ["a", "ok"],
        ["b", "unknown"],
      ],
      { initialRoundDone: false },
    ),
    "unknown",
    "Calling the roll",
    "2 of 2 deployments have answered so far; until the first round is done, nothing here is a fault.",
  ],
  [
    "no deployment",
    factsOf([]),
    "unknown",
    "The config names no deployments",
    "Add one under model_list; it is taken over within a second. rollcall check says what is wrong with a file.",
  ],
  [
    "well, but no gateway hears of it",
    factsOf([["a", "ok"]], { writtenAgoMs: 14_000 }),
    "warn",
    "The model can be called, but gateways go by older verdicts",
    "Its deployment is ready under the expected name.",
  ],
  [
    "well, but a gateway has not heard of it",
    factsOf([["a", "ok"]], { gatewayNotes: ["snapshot is stale (14 s old): the last verdicts are kept"] }),
    "warn",
    "The model can be called, but gateways go by older verdicts",
    "Its deployment is ready under the expected name.",
  ],
  [
    "no probe for long",
    factsOf([["a", "ok"]], { probedAgoMs: 200_000 }),
    "unknown",
    "The prober has stopped probing",
    "Its last probe ended 3 min ago: what you see may be wrong. Gateways go on by the last verdicts. Restart the prober, and read its log.",
  ],
])("%s", (_what, facts, ...[shape, title, text]) => {
  expect(read(facts)).toEqual({ shape, title, text });
});
