import { setImmediate as endOfTurn } from "node:timers/promises";
import type { ResponseShape } from "@rollcall/contract";
import { expect, test } from "vitest";
import { downstream } from "../../../test/relayed.ts";
import { UpstreamError } from "../upstream-error.ts";
import { BodyRelay } from "./body-relay.ts";

const EVENTS = { model: [], usage: [], named: false, opening: [], terminal: [], finish: "finish_reason" };
const OPAQUE: ResponseShape = { model: [], content: null, usage: ["usage"], events: null };
const JSON_ANSWER: ResponseShape = { ...OPAQUE, model: [["model"]], events: EVENTS };
const ABORTED = Buffer.from('{"finish_reason":"abort"}');

test.each([
  ["subtitles", "text/vtt"],
  ["JSON", "application/json"],
  ["an answer of unknown type", ""],
])("%s of an endpoint without names are sent as they came, whatever they say", async (_case, type) => {
  const { down, bytes, seen } = downstream(OPAQUE, type);
  const relay = new BodyRelay(down, () => null);
  expect(relay.data(ABORTED)).toBe("flow");
  expect(relay.committed).toBe(false);
  expect(relay.end()).toBeNull();
  await endOfTurn();
  expect(bytes()).toEqual(ABORTED);
  expect(down.headers["content-length"]).toBe(String(ABORTED.length));
  expect(seen.ended).toBe(true);
});

test.each(["audio/mpeg", "Audio/L16; rate=24000", "video/mp4", "application/octet-stream"])(
  "%s flows from its first byte",
  (type) => {
    const sound = Buffer.from([0xff, 0xfb, 0x00, 0x22, 0x7b]);
    const { down, bytes, seen } = downstream(OPAQUE, type);
    const relay = new BodyRelay(down, () => null);
    expect(relay.data(sound)).toBe("flow");
    expect(seen.firstByte).toBe(true);
    expect(bytes()).toEqual(sound);
    relay.data(sound);
    expect(relay.end()).toBeNull();
    expect(bytes()).toEqual(Buffer.concat([sound, sound]));
    expect(down.headers["content-length"]).toBeUndefined();
  },
);

test("an answer with names is held back whatever its type, and one that was aborted is asked for elsewhere", () => {
  const { down, bytes } = downstream(JSON_ANSWER, "application/octet-stream");
  const relay = new BodyRelay(down, () => null);
  relay.data(ABORTED);
  expect(relay.committed).toBe(false);
  expect(relay.end()).toEqual(new UpstreamError("draining"));
  expect(bytes().length).toBe(0);
});
