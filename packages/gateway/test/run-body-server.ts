import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { boundHeap, systemClock } from "@rollcall/runtime";
import { BodyMemory } from "../src/body/body-memory.ts";
import { receiveBody, type BodyFailure } from "../src/body/receive-body.ts";
import { Deadlines } from "../src/upstream/deadlines.ts";

/** A server that answers each body with its length, as a process of its own, for tests that measure its memory. */
const MAX_BYTES = 32 * 1024 * 1024;
const LIMIT_BYTES = 256 * 1024 * 1024;

const STATUS: Record<BodyFailure["kind"], number> = {
  body_too_large: 413,
  body_incomplete: 400,
  body_memory: 503,
  body_too_slow: 408,
};

function answer(outgoing: ServerResponse, status: number, text: string): void {
  if (outgoing.destroyed) return;
  outgoing.writeHead(status, { connection: "close" });
  outgoing.end(text);
}

boundHeap();
const deadlines = new Deadlines(systemClock);
const memory = new BodyMemory({
  limitBytes: () => LIMIT_BYTES,
  maxBodyBytes: () => MAX_BYTES,
  clock: systemClock,
});
const server = createServer((incoming, outgoing) => {
  const hold = memory.open(String(incoming.socket.remoteAddress));
  receiveBody(
    incoming,
    { maxBytes: MAX_BYTES, hold, deadlines },
    {
      onBody: (body) => {
        answer(outgoing, 200, String(body.length));
        hold.release();
      },
      onBodyFailed: (failure) => answer(outgoing, STATUS[failure.kind], failure.kind),
    },
  );
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
