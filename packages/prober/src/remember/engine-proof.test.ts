import { expect, it } from "vitest";
import { loadOf } from "../../test/probe-results.ts";
import type { Load } from "../read/load.ts";
import type { TokenReply } from "../read/probe-result.ts";
import { watchProof, type EngineProof } from "./engine-proof.ts";

const IDLE = loadOf({ progress: 7 });
const MOVED = loadOf({ progress: 8 });
const BEFORE: EngineProof = { aliveAt: 100, silentAt: null };
const SILENT: EngineProof = { aliveAt: 100, silentAt: 200 };

it.each<
  [
    what: string,
    before: EngineProof,
    look: { last?: Load | null; load: Load | null; token?: TokenReply },
    EngineProof,
  ]
>([
  ["the first look is a sign of life", BEFORE, { last: null, load: IDLE }, { aliveAt: 900, silentAt: null }],
  ["counters that move are one", SILENT, { load: MOVED }, { aliveAt: 900, silentAt: null }],
  ["a restart is one", SILENT, { load: { ...IDLE, startedAt: 5 } }, { aliveAt: 900, silentAt: null }],
  ["a token is one", SILENT, { load: IDLE, token: "came" }, { aliveAt: 900, silentAt: null }],
  ["counters that stand are none", BEFORE, { load: IDLE }, BEFORE],
  ["no token is remembered", BEFORE, { load: IDLE, token: "none" }, { aliveAt: 100, silentAt: 900 }],
  ["and stays so", SILENT, { load: IDLE }, SILENT],
  ["a look without metrics changes nothing", SILENT, { load: null }, SILENT],
  [
    "without counters nothing is known",
    SILENT,
    { load: loadOf({ progress: null }) },
    { aliveAt: null, silentAt: null },
  ],
])("%s", (...[, before, { last = IDLE, load, token = null }, after]) => {
  expect(watchProof(before, { last, load, token }, 900)).toEqual(after);
});
