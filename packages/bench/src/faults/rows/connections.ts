import { CLEAN, type Fault } from "./fault.ts";

/** Connections that are taken and come to nothing. The probe's routes work all the while. */
export const CONNECTIONS: readonly Fault[] = [
  {
    name: "reset",
    title: "takes the request, then RST",
    does: "a replica resets the connection of every inference request",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("reset"),
  },
  {
    name: "close",
    title: "takes the request, then FIN",
    does: "a replica closes the connection of every inference request without an answer",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("close"),
  },
  {
    name: "hang",
    title: "hangs before the headers",
    does: "a replica takes inference requests and never answers; its probe routes do",
    expected: CLEAN,
    watch: "bad",
    holdMs: 6_000,
    strike: ({ bad }) => bad.control.fault("hang"),
  },
  {
    name: "keep-alive",
    title: "idle connections closed at 5 s",
    does: "no fault at all: requests come in bursts 5 s apart, as long as vLLM keeps an idle connection",
    expected: CLEAN,
    watch: "none",
    holdMs: 10_300,
    tokensPerSecond: 0,
    load: "bursts",
    strike: () => {},
  },
];
