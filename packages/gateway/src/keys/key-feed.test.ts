import { expect, test, vi } from "vitest";
import type { AccessRecord, KeySnapshot } from "@rollcall/contract";
import { sha256Of, silentLog } from "@rollcall/runtime";
import type { SnapshotListener } from "@rollcall/snapshot";
import { FakeClock } from "@rollcall/testkit";
import { keyRecord, keySnapshot } from "../../test/access-records.ts";
import { KeyFeed } from "./key-feed.ts";

type Listener = SnapshotListener<KeySnapshot, AccessRecord>;

/** A feed whose control says what the test says. */
function fed(staleOkMs = 60_000) {
  const clock = new FakeClock();
  let listener: Listener | null = null;
  const told = {
    get now(): Listener {
      if (listener === null) throw new Error("not started");
      return listener;
    },
  };
  const heard = vi.fn<(keys: unknown) => void>();
  const feed = new KeyFeed({
    reader: {
      start: async (its) => void (listener = its),
      close: async () => {},
    },
    clock,
    log: silentLog,
    staleOkMs: () => staleOkMs,
    heard,
  });
  return { feed, clock, told, heard };
}

const idOf = (feed: KeyFeed, secret: string) => feed.keys?.find(sha256Of(secret))?.id ?? null;

test("keys are known once control has told them, and change with what it says", async () => {
  const { feed, told, heard } = fed();
  await feed.start();
  expect(feed.freshness()).toBe("none");
  told.now.onSnapshot(keySnapshot([keyRecord("sk-a")]), null);
  await vi.waitFor(() => expect(idOf(feed, "sk-a")).toBe("id-of-sk-a"));
  expect(heard).toHaveBeenLastCalledWith(feed.keys);
  const change = { after: 1, changed: [keyRecord("sk-b")], removed: ["key:id-of-sk-a"] };
  told.now.onSnapshot(keySnapshot([keyRecord("sk-b")], { sequence: 2 }), change);
  expect([idOf(feed, "sk-a"), idOf(feed, "sk-b")]).toEqual([null, "id-of-sk-b"]);
  expect([feed.sequence, feed.freshness()]).toEqual([2, "fresh"]);
});

test("what changes while a large set is built is in it, and of two sets the later one counts", async () => {
  const { feed, told } = fed();
  await feed.start();
  const many = Array.from({ length: 2_500 }, (_, index) => keyRecord(`sk-${index}`));
  told.now.onSnapshot(keySnapshot(many), null);
  told.now.onSnapshot(keySnapshot(many, { sequence: 2 }), {
    after: 1,
    changed: [keyRecord("sk-new")],
    removed: ["key:id-of-sk-2499"],
  });
  await vi.waitFor(() => expect(feed.keys).not.toBeNull());
  expect([idOf(feed, "sk-new"), idOf(feed, "sk-2499"), idOf(feed, "sk-0")]).toEqual([
    "id-of-sk-new",
    null,
    "id-of-sk-0",
  ]);
  const first = feed.keys;
  told.now.onSnapshot(keySnapshot(many, { sequence: 3 }), null);
  told.now.onSnapshot(keySnapshot([keyRecord("sk-last")], { sequence: 4 }), null);
  await vi.waitFor(() => expect(feed.keys?.size).toBe(1));
  expect(first?.size).toBe(2_500);
  expect(idOf(feed, "sk-last")).toBe("id-of-sk-last");
});

test("silence makes keys stale after three intervals, and nobody's after the time that the config gives", async () => {
  const { feed, clock, told } = fed(10_000);
  await feed.start();
  told.now.onSnapshot(keySnapshot([keyRecord("sk-a")], { writtenAt: clock.now() }), null);
  await vi.waitFor(() => expect(feed.keys).not.toBeNull());
  const seen = [];
  for (const ms of [3_000, 1, 6_999, 1]) {
    await clock.advance(ms);
    seen.push(feed.freshness());
  }
  expect(seen).toEqual(["fresh", "stale", "stale", "expired"]);
  told.now.onSnapshot(keySnapshot([keyRecord("sk-a")], { sequence: 2 }), {
    after: 1,
    changed: [],
    removed: [],
  });
  expect(feed.freshness()).toBe("fresh");
});

test("a fault is counted, and leaves what was known as it was", async () => {
  const { feed, told } = fed();
  await feed.start();
  told.now.onSnapshot(keySnapshot([keyRecord("sk-a")]), null);
  await vi.waitFor(() => expect(feed.keys).not.toBeNull());
  told.now.onFault("answered 401");
  expect([feed.faults, idOf(feed, "sk-a")]).toEqual([1, "id-of-sk-a"]);
});
