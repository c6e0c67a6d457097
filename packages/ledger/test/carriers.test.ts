import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { duplexPair } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import {
  connectInProcess,
  RemoteLedger,
  serveStream,
  stayConnected,
  systemTimers,
  type AcceptsHolders,
  type LeasingHolder,
  type Ledger,
} from "../src/index.ts";
import { describeCarrier, until, type OpenCarrier } from "./carrier-suite.ts";
import { realClock } from "./real-clock.ts";

describeCarrier("in process", (ledger) => {
  const cuts = new Map<LeasingHolder, () => void>();
  return {
    join: (holder) => {
      cuts.set(holder, connectInProcess(ledger, holder));
      return () => cuts.get(holder)?.();
    },
    cut: () => {
      for (const cut of cuts.values()) cut();
    },
    mend: (next) => {
      for (const holder of cuts.keys()) cuts.set(holder, connectInProcess(next, holder));
    },
    close: () => {},
  };
});

/** A server whose connections can be cut, as control is. */
class StreamServer {
  ledger: AcceptsHolders | null;
  readonly #sockets = new Set<Socket>();
  readonly server: Server = createServer((socket) => {
    if (this.ledger === null) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    serveStream(this.ledger, socket, () => this.#sockets.delete(socket));
  });

  constructor(ledger: AcceptsHolders) {
    this.ledger = ledger;
  }

  async dial(): Promise<Socket> {
    const socket = connect((this.server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  }

  cut(): void {
    this.ledger = null;
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function overSocket(ledger: Ledger): Promise<OpenCarrier> {
  const server = new StreamServer(ledger);
  server.server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const holders = new Map<LeasingHolder, () => void>();
  let remote: AcceptsHolders | null = null;
  const stop = stayConnected({
    dial: () => server.dial(),
    clock: realClock,
    timers: systemTimers,
    random: () => 0.5,
    lost: () => {},
    up: (found) => {
      remote = found;
      for (const holder of holders.keys()) holders.set(holder, connectInProcess(found, holder));
      return () => {
        remote = null;
        for (const cut of holders.values()) cut();
      };
    },
  });
  await until(() => remote !== null);
  return {
    join: (holder) => {
      holders.set(holder, remote === null ? () => {} : connectInProcess(remote, holder));
      return () => holders.get(holder)?.();
    },
    cut: () => {
      server.cut();
    },
    mend: (next) => {
      server.ledger = next;
    },
    close: () => {
      stop();
      server.server.close();
    },
  };
}

describeCarrier("over a socket", overSocket);

test.each([
  ["no JSON", "hello\n"],
  ["no channel", '{"kind":"hello","holder":"h"}\n'],
  ["a message that nobody knows", '[1,{"kind":"steal"}]\n'],
  ["a field of another type", '[1,{"kind":"hello","holder":7}]\n'],
  [
    "a number that is none",
    '[1,{"kind":"hello","holder":"h"},{"kind":"used","entries":[{"scope":"s","used":1e999}]}]\n',
  ],
  [
    "less than nothing",
    '[1,{"kind":"return","scope":"s","unit":"parallel","used":0,"amount":-1,"recall":null}]\n',
  ],
])("a stream that says %s is closed, and the fault is told", async (_, text) => {
  const [here, there] = duplexPair();
  const fault = Promise.withResolvers<string | null>();
  const accepted: string[] = [];
  serveStream(
    {
      accept: () => ({
        received: ({ kind }) => accepted.push(kind),
        disconnected: () => accepted.push("disconnected"),
      }),
    },
    here,
    fault.resolve,
  );
  there.write(text);
  expect(await fault.promise).toMatch(/^a (line|message) is/u);
  expect(accepted.filter((kind) => kind !== "hello" && kind !== "disconnected")).toEqual([]);
});

test("a line that comes in pieces is one line", async () => {
  const [here, there] = duplexPair();
  const heard: string[] = [];
  serveStream(
    {
      accept: () => ({ received: (message) => heard.push(JSON.stringify(message)), disconnected: () => {} }),
    },
    here,
  );
  const bytes = Buffer.from('[1,{"kind":"hello","holder":"hé\u{1F600}"}]\n[1,{"kind":"gone"}]\n');
  for (const byte of bytes) {
    there.write(Buffer.of(byte));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  await until(() => heard.length === 2);
  expect(heard).toEqual(['{"kind":"hello","holder":"hé\u{1F600}"}', '{"kind":"gone"}']);
});

test("a ledger that says nothing for long is a dead connection", async () => {
  const [here, there] = duplexPair();
  there.resume();
  const calls: (() => void)[] = [];
  const fault = Promise.withResolvers<string | null>();
  const remote = new RemoteLedger(here, {
    timers: {
      after: (_, call) => {
        calls.push(call);
        return () => {};
      },
    },
    closed: fault.resolve,
  });
  connectInProcess(remote, { connected() {}, received() {}, disconnected() {} });
  calls[0]?.();
  calls[1]?.();
  expect(await fault.promise).toBe("nothing was heard for 15 s");
});

test("a try that fails is told once, and tried again", async () => {
  const told: string[] = [];
  let tries = 0;
  const stop = stayConnected({
    dial: () => {
      tries += 1;
      return Promise.reject(new Error("no such socket"));
    },
    clock: realClock,
    timers: systemTimers,
    random: () => 0,
    up: () => () => {},
    lost: (why) => told.push(why),
  });
  onTestFinished(stop);
  await until(() => tries >= 3);
  stop();
  expect(told).toEqual(["no such socket"]);
});
