import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import { onTestFinished, expect, test, vi } from "vitest";
import { Ledger } from "../book/ledger.ts";
import { LeasingHolder } from "../holder/leasing-holder.ts";
import { systemTimers } from "../ports.ts";
import { acceptOverSocket, connectOverSocket, isForLedger, reportGone } from "./socket.ts";

const clock = {
  now: () => performance.now(),
  monotonic: () => performance.now(),
  sleep: () => Promise.resolve(),
};

const TOKEN = "of-this-test";

function socketPath(): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-ledger-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return path.join(directory, "ledger.sock");
}

/** A ledger on a socket; closing it cuts every holder off. */
async function serve(at: string, epoch = "e1"): Promise<{ ledger: Ledger; close: () => void }> {
  const ledger = new Ledger({ clock, timers: systemTimers, epoch });
  const server: Server = createServer((_request, response) => void response.writeHead(404).end());
  const open = new Set<{ destroy(): void }>();
  server.on("upgrade", (request, socket, head) => {
    open.add(socket);
    const mayIn = isForLedger(request) && request.headers.authorization === `Bearer ${TOKEN}`;
    if (mayIn) acceptOverSocket(ledger, socket, head);
    else socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
  });
  await new Promise<void>((resolve) => void server.listen(at, resolve));
  const close = () => {
    ledger.close();
    server.close();
    for (const socket of open) socket.destroy();
  };
  onTestFinished(close);
  return { ledger, close };
}

function hold(at: string, { name, token = TOKEN }: { name: string; token?: string }): LeasingHolder {
  const holder = new LeasingHolder({ name, clock, timers: systemTimers });
  const close = connectOverSocket(holder, {
    socketPath: at,
    token: () => token,
    timers: systemTimers,
    random: () => 0,
  });
  onTestFinished(() => {
    holder.close();
    close();
  });
  return holder;
}

const DEMANDS = [{ scope: "key:k", limits: { rpm: 60, parallel: null } }];

async function admitted(holders: readonly LeasingHolder[], count: number): Promise<number> {
  const answers = await Promise.all(
    Array.from(
      { length: count },
      (_, index) =>
        new Promise<string>((resolve) => {
          holders[index % holders.length]?.reserve(DEMANDS, ({ kind }) => resolve(kind));
        }),
    ),
  );
  return answers.filter((kind) => kind === "reserved").length;
}

test("two holders share one limit, whichever of them is asked", async () => {
  const at = socketPath();
  const { ledger } = await serve(at);
  const holders = [hold(at, { name: "a" }), hold(at, { name: "b" })];
  await vi.waitFor(() => expect(ledger.holders).toBe(2));
  expect(await admitted(holders, 30)).toBe(10);
  expect(await admitted(holders.slice(1), 5)).toBe(0);
});

test("a holder without the token is no holder", async () => {
  const at = socketPath();
  const { ledger } = await serve(at);
  hold(at, { name: "a", token: "another" });
  hold(at, { name: "b" });
  await vi.waitFor(() => expect(ledger.holders).toBe(1));
});

test("the slots of a holder that has died are free as soon as that is told in its name", async () => {
  const at = socketPath();
  const { ledger } = await serve(at);
  const slots = [{ scope: "key:k", limits: { rpm: null, parallel: 3 } }];
  const taken = (holder: LeasingHolder) =>
    new Promise<string>((resolve) => {
      holder.reserve(slots, ({ kind }) => resolve(kind));
    });
  const [dead, alive] = [hold(at, { name: "a" }), hold(at, { name: "b" })];
  await vi.waitFor(() => expect(ledger.holders).toBe(2));
  expect([await taken(dead), await taken(dead), await taken(dead)]).toEqual([
    "reserved",
    "reserved",
    "reserved",
  ]);
  expect(await taken(alive)).toBe("limited");
  reportGone("a", { socketPath: at, token: () => TOKEN });
  await vi.waitFor(async () => expect(await taken(alive)).toBe("reserved"));
});

test("a holder finds a ledger that starts later, and one that starts again, with what it holds", async () => {
  const at = socketPath();
  const holder = hold(at, { name: "a" });
  const first = await serve(at);
  await vi.waitFor(() => expect(holder.isReachable).toBe(true));
  expect(await admitted([holder], 4)).toBe(4);
  first.close();
  await vi.waitFor(() => expect(holder.isReachable).toBe(false));
  rmSync(at, { force: true });
  const second = await serve(at, "e2");
  await vi.waitFor(() => expect(holder.isReachable).toBe(true));
  expect(second.ledger.holders).toBe(1);
});
