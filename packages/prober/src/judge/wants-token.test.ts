import { expect, it } from "vitest";
import type { EngineProof } from "../remember/engine-proof.ts";
import { wantsToken } from "./wants-token.ts";

const MINUTE = 60_000;
const NOW = 100 * MINUTE;
const ALIVE: EngineProof = { aliveAt: NOW - 10 * MINUTE, silentAt: null };
const silent = (ago: number): EngineProof => ({ ...ALIVE, silentAt: NOW - ago });

it.each<[what: string, proof: EngineProof, suspectedAgo: readonly number[], wants: boolean]>([
  ["one that nobody suspects is left alone", ALIVE, [], false],
  ["one suspicion is none", ALIVE, [10], false],
  ["two since it was last seen to work are enough", ALIVE, [10, MINUTE], true],
  ["those before it was seen to work count no more", ALIVE, [10, 11 * MINUTE], false],
  ["long ago is no more than one", { ...ALIVE, aliveAt: 0 }, [10, 16 * MINUTE], false],
  ["one without counters is never asked", { aliveAt: null, silentAt: null }, [10, 20, 30], false],
  ["one that gave none is left alone for a while", silent(29_999), [10, 20], false],
  ["and then asked again, whoever suspects it", silent(30_000), [], true],
])("%s", (...[, proof, suspectedAgo, wants]) => {
  const suspectedAt = suspectedAgo.map((ago) => NOW - ago);
  expect(wantsToken(proof, suspectedAt, NOW)).toBe(wants);
});
