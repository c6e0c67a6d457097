import { CHAT } from "../load/load.ts";
import { FIRST_EVENT_ERRORS, inTurn } from "./bodies.ts";
import { CLEAN, CUTS_TOLD, type Fault } from "./fault.ts";

/** Streams that begin, and do not end as they should. */
export const STREAMS: readonly Fault[] = [
  {
    name: "hang-mid-stream",
    title: "streams fall silent",
    does: "a replica's streams fall silent after three events; its other answers never come",
    expected: CUTS_TOLD,
    watch: "bad",
    holdMs: 6_000,
    strike: ({ bad }) => bad.control.fault("hang-mid-stream"),
  },
  {
    name: "cut-mid-stream",
    title: "answers are cut",
    does: "a replica's streams are cut after three events, its other answers half-way",
    expected: CUTS_TOLD,
    watch: "bad",
    strike: ({ bad }) => bad.control.fault("cut-mid-stream"),
  },
  {
    name: "error-first-event",
    title: "error as the first event",
    does: "a replica answers 200 and an error in place of the first word: ten spellings, after comments and openings too",
    expected: CLEAN,
    watch: "bad",
    strike: ({ bad }) => bad.control.script(CHAT, inTurn(FIRST_EVENT_ERRORS)),
  },
  {
    name: "comments",
    title: "comments for ever",
    does: "a replica's streams bring comments and no event; its other answers never come",
    expected: CLEAN,
    watch: "bad",
    holdMs: 6_000,
    strike: ({ bad }) => bad.control.fault("comments-only"),
  },
];
