import { MASTER, type Principal } from "@rollcall/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ObjectIds } from "./object-ids.ts";

const ids = new ObjectIds(() => ["sk-master"]);
const KEY: Principal = { kind: "key", id: "k1" };
const ORIGIN = { deployment: "chat-1", upstreamId: "resp_a5f2" };

test("what was written is read, by whoever has the same secret", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[^\0]*$/), fc.stringMatching(/^[^\0]*$/), (deployment, upstreamId) => {
      const [wellFormed, known] = [deployment.toWellFormed(), upstreamId.toWellFormed()];
      const id = ids.write("resp", { deployment: wellFormed, upstreamId: known }, KEY);
      expect(id).toMatch(/^resp_[\w-]+$/);
      const read = new ObjectIds(() => ["sk-master"]).read(id, KEY);
      expect(read).toEqual({ deployment: wellFormed, upstreamId: known, id });
    }),
  );
});

test.each<[string, (id: string) => [string, Principal, ObjectIds]]>([
  ["somebody else's", (id) => [id, MASTER, ids]],
  ["one made up", () => ["resp_a5f2b17034f0d169", KEY, ids]],
  ["one of another secret", (id) => [id, KEY, new ObjectIds(() => ["sk-other"])]],
  ["one that was changed", (id) => [`${id.slice(0, -1)}${id.endsWith("A") ? "B" : "A"}`, KEY, ids]],
  ["one cut off", (id) => [id.slice(0, 12), KEY, ids]],
  ["one written otherwise", (id) => [`${id}=`, KEY, ids]],
  ["one with a sign that decoders skip", (id) => [`${id.slice(0, 35)}.${id.slice(35)}`, KEY, ids]],
  ["nothing", () => ["", KEY, ids]],
])("%s leads nowhere", (_case, make) => {
  const [id, principal, reader] = make(ids.write("resp", ORIGIN, KEY));
  expect(reader.read(id, principal)).toBeNull();
});

test("while a key is replaced ids of the old one are read, and new ones are written with the new one", () => {
  const old = ids.write("resp", ORIGIN, KEY);
  const both = new ObjectIds(() => ["sk-new", "sk-master"]);
  expect(both.read(old, KEY)).toMatchObject(ORIGIN);
  expect(new ObjectIds(() => ["sk-new"]).read(both.write("resp", ORIGIN, KEY), KEY)).toMatchObject(ORIGIN);
});
