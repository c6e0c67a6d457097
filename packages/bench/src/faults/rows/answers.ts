import { CHAT } from "../load/load.ts";
import { EMPTY, inTurn } from "./bodies.ts";
import { CLEAN, CUTS_TOLD, type Fault } from "./fault.ts";

/** Servers that answer, but not with an answer. */
export const ANSWERS: readonly Fault[] = [
  {
    name: "engine-dead",
    title: "engine dead, /v1/models still 200",
    does: "a replica answers inference with 500 and /health with 503",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("engine-dead"),
  },
  {
    name: "rate-limit",
    title: "429 storm",
    does: "a replica answers every inference request with 429 and Retry-After: 1",
    expected: CLEAN,
    // A server that is full is not bad: it may be asked again and again.
    watch: "back",
    strike: ({ bad }) => bad.control.fault("rate-limit"),
  },
  {
    name: "html-503",
    title: "503 with an HTML page",
    does: "a proxy in front of a replica answers everything with its 503 page",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("nginx-503"),
  },
  {
    name: "empty",
    title: "empty answers",
    does: "a replica answers 200 with no body, no JSON or half of it; its streams have no event, no word or no finish_reason",
    expected: CUTS_TOLD,
    // The probe's routes work: it may be asked again after each probe.
    watch: "back",
    strike: ({ bad }) => bad.control.script(CHAT, inTurn(EMPTY)),
  },
  {
    name: "gzip",
    title: "compresses what nobody wanted compressed",
    does: "a replica compresses every answer with gzip, streams and the list of models too, though clients accept identity alone",
    expected: CLEAN,
    // Nothing is wrong with what it says.
    watch: "none",
    strike: ({ bad }) => bad.control.fault("gzip"),
  },
  {
    name: "slow",
    title: "10× slower",
    does: "a replica makes a tenth of the tokens a second",
    expected: CLEAN,
    watch: "back",
    strike: ({ bad }) => {
      const { tokensPerSecond } = bad.control.state();
      bad.control.setSpeed({ tokensPerSecond: tokensPerSecond / 10 });
    },
  },
];
