import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { silentLog, systemClock } from "@rollcall/runtime";
import { expect, onTestFinished, test } from "vitest";
import { Generation } from "./generation.ts";
import type { Held } from "./held.ts";
import { takeOver } from "./take-over.ts";

function directory(): (name: string) => string {
  const made = mkdtempSync(path.join(os.tmpdir(), "rollcall-generations-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return (name) => path.join(made, name);
}

async function generation(at: string, sockets: readonly number[]): Promise<Generation> {
  const opened = await Generation.open({ path: at, sockets, log: silentLog });
  if (opened === null) throw new Error("not opened");
  onTestFinished(() => opened.close());
  return opened;
}

const TAKING = { sockets: [7], door: "/door", clock: systemClock, log: silentLog };

test("the older one hands over once, tells what it holds, and is gone when it ends", async () => {
  const at = directory();
  const older = await generation(at("1.sock"), [7]);
  const told: Held[] = [];
  const taking = takeOver({ ...TAKING, others: [at("1.sock")] }, (held) => void told.push(held));
  const { door, tell } = await older.taken;
  expect([door, told]).toEqual(["/door", []]);
  tell({ a: 2 });
  await taking;
  expect(told).toEqual([{ a: 2 }]);
  tell({ a: 1 });
  await expect.poll(() => told.at(-1)).toEqual({ a: 1 });
  older.close();
  await expect.poll(() => told.at(-1)).toEqual({});
});

test("a third one hears of both", async () => {
  const at = directory();
  const [first, second] = [await generation(at("1.sock"), [7]), await generation(at("2.sock"), [7])];
  const others = [at("1.sock")];
  const taken = takeOver({ ...TAKING, others }, () => {});
  (await first.taken).tell({ a: 1 });
  await taken;
  const told: Held[] = [];
  const taking = takeOver(
    { ...TAKING, door: "/third", others: [...others, at("2.sock")] },
    (held) => void told.push(held),
  );
  const { door, tell } = await second.taken;
  tell({ a: 2 });
  await taking;
  expect([door, told]).toEqual(["/third", [{ a: 3 }]]);
});

test("one with another socket is left alone, and a dead one's socket is removed", async () => {
  const at = directory();
  const other = await generation(at("1.sock"), [8]);
  let isTaken = false;
  void other.taken.then(() => (isTaken = true));
  // What a process that was killed leaves behind: nobody listens.
  writeFileSync(at("2.sock"), "");
  const told: Held[] = [];
  await takeOver(
    { ...TAKING, others: [at("1.sock"), at("2.sock"), at("none.sock")] },
    (held) => void told.push(held),
  );
  expect([told, isTaken, existsSync(at("2.sock"))]).toEqual([[{}], false, false]);
});

test("one that does not answer is not waited for", async () => {
  const at = directory();
  const silent = createServer().listen(at("1.sock"));
  onTestFinished(() => void silent.close());
  const told: Held[] = [];
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  await takeOver({ ...TAKING, clock, others: [at("1.sock")] }, (held) => void told.push(held));
  expect(told).toEqual([{}]);
});

test("where the directory cannot have it there is none", async () => {
  expect(await Generation.open({ path: "/nowhere/at/all.sock", sockets: [7], log: silentLog })).toBeNull();
});
