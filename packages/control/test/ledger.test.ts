import { connect, type Socket } from "node:net";
import { until } from "@rollcall/testkit";
import { expect, onTestFinished, test } from "vitest";
import { controlToken, makeSite, runningControl, type Site } from "./site.ts";

/** A connection to the socket on which one request was sent. */
class Peer {
  readonly socket: Socket;
  heard = "";
  ended = false;

  constructor({ files }: Site, head: readonly string[]) {
    this.socket = connect(files.socket);
    this.socket.setEncoding("utf8").on("data", (piece: string) => (this.heard += piece));
    this.socket.on("close", () => (this.ended = true)).on("error", () => {});
    this.socket.write(`${head.join("\r\n")}\r\n\r\n`);
    onTestFinished(() => void this.socket.destroy());
  }

  say(...messages: readonly object[]): void {
    this.socket.write(`${JSON.stringify([1, ...messages])}\n`);
  }
}

function upgrade(token: string, { path = "/ledger", protocol = "rollcall-ledger" } = {}): readonly string[] {
  return [
    `GET ${path} HTTP/1.1`,
    "host: control",
    "connection: upgrade",
    `upgrade: ${protocol}`,
    `authorization: Bearer ${token}`,
  ];
}

const TAKE = {
  kind: "take",
  id: 1,
  scope: "key:k",
  unit: "requests",
  limit: 60,
  used: 0,
  needed: 10,
  wanted: 10,
};

test("leases are taken over the socket, outlive a restart of control, and are not granted twice", async () => {
  const site = makeSite();
  const control = await runningControl(site);
  const first = new Peer(site, upgrade(controlToken(site)));
  await until(() => first.heard.startsWith("HTTP/1.1 101 "));
  first.say({ kind: "hello", holder: "one" }, { kind: "holding", leases: [] }, TAKE);
  await until(() => first.heard.includes('"granted"'));
  expect(first.heard).toContain('"amount":10');
  // A gateway that stays connected holds up no stop.
  expect(await control.stop()).toBe(0);
  await until(() => first.ended);

  await runningControl(site);
  const second = new Peer(site, upgrade(controlToken(site)));
  await until(() => second.heard.startsWith("HTTP/1.1 101 "));
  second.say({ kind: "hello", holder: "two" }, { kind: "holding", leases: [] }, TAKE);
  await until(() => second.heard.includes('"refused"'));
  expect(second.heard).not.toContain('"granted"');
});

test("nobody takes a lease without the control token, or by another protocol", async () => {
  const site = makeSite();
  await runningControl(site);
  const token = controlToken(site);
  for (const [head, status] of [
    [upgrade("sk-master"), 401],
    [upgrade(`${token}x`), 401],
    [upgrade(token, { protocol: "websocket" }), 426],
    [upgrade(token, { path: "/keys/state" }), 404],
  ] as const) {
    const peer = new Peer(site, head);
    await until(() => peer.ended);
    expect(peer.heard).toContain(`HTTP/1.1 ${status} `);
  }
});
