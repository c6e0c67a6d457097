import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { WebSocket } from "ws";
import { Direction } from "./direction.ts";

/** A WebSocket that takes as much as the test says. */
class FakeSocket extends EventEmitter {
  bufferedAmount = 0;
  isPaused = false;
  pings = 0;
  terminated = 0;
  #sent: (() => void)[] = [];

  send(data: Buffer, _options: object, sent: () => void): void {
    this.bufferedAmount += data.length;
    this.#sent.push(() => {
      this.bufferedAmount -= data.length;
      sent();
    });
  }

  /** The system has taken the oldest message. */
  take(): void {
    this.#sent.shift()?.();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.terminated += 1;
  }
}

function direction() {
  const [writer, reader] = [new FakeSocket(), new FakeSocket()];
  const socket = new Socket();
  onTestFinished(() => void socket.destroy());
  const real = (fake: FakeSocket) => fake as unknown as WebSocket;
  return { writer, reader, socket, way: new Direction(real(writer), { webSocket: real(reader), socket }) };
}

const PIECE = Buffer.alloc(200 * 1024);

test("a writer waits while its reader has much to take, and goes on when that is taken", () => {
  const { way, reader, writer } = direction();
  way.send(PIECE, true);
  expect(writer.isPaused).toBe(false);
  way.send(PIECE, true);
  expect(writer.isPaused).toBe(true);
  reader.take();
  expect(writer.isPaused).toBe(false);
});

test("a reader is gone that was silent for three beats, and there when it says anything", () => {
  const { way, reader } = direction();
  for (const sign of ["pong", "ping", "message"]) {
    way.beat();
    way.beat();
    reader.emit(sign);
  }
  expect(reader).toMatchObject({ pings: 6, terminated: 0 });
  for (let beats = 0; beats < 3; beats += 1) way.beat();
  expect(reader).toMatchObject({ pings: 8, terminated: 1 });
});

test.each<[string, Partial<FakeSocket>]>([
  ["has not taken what it was sent", { bufferedAmount: 1 }],
  ["is not read itself", { isPaused: true }],
])("no answer is asked of a reader that %s", (_case, state) => {
  const { way, reader } = direction();
  Object.assign(reader, state);
  for (let beats = 0; beats < 9; beats += 1) way.beat();
  expect(reader).toMatchObject({ pings: 0, terminated: 0 });
});

test("a reader that takes nothing for so long is cut, however often it was only silent before", () => {
  const { way, reader, socket } = direction();
  expect(socket.timeout).toBe(60_000);
  socket.emit("timeout");
  socket.emit("timeout");
  expect(reader.terminated).toBe(0);
  way.send(PIECE, true);
  socket.emit("timeout");
  expect(reader.terminated).toBe(1);
});
