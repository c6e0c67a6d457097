import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { letStuckGo } from "./stuck.ts";
import { Turns } from "./turns.ts";

type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

interface Options {
  readonly stuckMs?: number;
}

/** A server that serves a connection's requests in turn, and one connection to it. */
async function connection(serve: Serve, { stuckMs = 60_000 }: Options = {}) {
  const turns = new Turns((incoming, outgoing) => {
    outgoing.on("close", () => turns.over(incoming.socket));
    serve(incoming, outgoing);
  });
  const server = createServer((incoming, outgoing) => turns.take(incoming, outgoing));
  turns.follow(server);
  letStuckGo(server, stuckMs, (socket) => turns.isAtWork(socket));
  server.on("clientError", (_error: Error, socket: Socket) =>
    turns.refuse(socket, () => void socket.end("HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n")),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {});
  let text = "";
  const read = () => socket.setEncoding("latin1").on("data", (piece: string) => (text += piece));
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { socket, read, heard: () => text };
}

const post = (path: string, body = "") =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

test("requests sent in a row are served one after another, each with its body, and answered in order", async () => {
  const count = 2_000;
  let [atWork, most] = [0, 0];
  const { socket, read, heard } = await connection((incoming, outgoing) => {
    atWork += 1;
    most = Math.max(most, atWork);
    let body = "";
    incoming.setEncoding("latin1").on("data", (piece: string) => (body += piece));
    incoming.on("end", () =>
      setImmediate(() => {
        atWork -= 1;
        outgoing.end(`[${incoming.url} ${body.length}]`);
      }),
    );
  });
  read();
  const bodies = Array.from({ length: count }, (_, index) => "x".repeat(index % 700));
  socket.write(bodies.map((body, index) => post(`/${index}`, body)).join(""));
  await vi.waitFor(() => expect(heard()).toContain(`[/${count - 1} `), 10_000);
  expect(heard().match(/\[[^\]]+\]/g)).toEqual(bodies.map((body, index) => `[/${index} ${body.length}]`));
  expect(most).toBe(1);
});

test("while one is at work what comes behind it stays with its sender", async () => {
  let served = 0;
  const { socket } = await connection(() => (served += 1));
  const mebibytes = 16;
  let sent = 0;
  const piece = post("/", "x".repeat(1_000)).repeat(1_000);
  const pump = () => {
    while (sent < mebibytes && socket.write(piece)) sent += 1;
  };
  socket.on("drain", pump);
  pump();
  await once(socket, "connect");
  await new Promise((resolve) => {
    setTimeout(resolve, 300);
  });
  expect(served).toBe(1);
  expect(sent).toBeLessThan(mebibytes);
});

test("nothing more is served once the client is gone", async () => {
  const served: string[] = [];
  const answers: ServerResponse[] = [];
  const { socket } = await connection((incoming, outgoing) => {
    served.push(incoming.url ?? "");
    answers.push(outgoing);
  });
  socket.write(post("/1") + post("/2"));
  await vi.waitFor(() => expect(served).toEqual(["/1"]));
  socket.destroy();
  await vi.waitFor(() => expect(answers[0]?.destroyed).toBe(true));
  expect(served).toEqual(["/1"]);
});

test("nothing more is served behind an answer that ends the connection", async () => {
  const served: string[] = [];
  const { socket, read, heard } = await connection((incoming, outgoing) => {
    served.push(incoming.url ?? "");
    outgoing.writeHead(200, { connection: "close" }).end("last");
  });
  read();
  socket.write(post("/1") + post("/2"));
  await once(socket, "close");
  expect(heard()).toMatch(/last/);
  expect(served).toEqual(["/1"]);
});

test("what is no HTTP is refused behind the answer to what came before it, and not in the middle of it", async () => {
  const { socket, read, heard } = await connection((_incoming, outgoing) => {
    outgoing.write("begun ");
    setTimeout(() => outgoing.end("ended"), 50);
  });
  read();
  socket.write(`${post("/1")}nonsense\r\n\r\n`);
  await once(socket, "close");
  expect(heard()).toMatch(/begun[^]*ended[^]*HTTP\/1\.1 400/);
});

test("a body that is no HTTP is refused at once", async () => {
  const { socket, read, heard } = await connection((incoming) => incoming.resume());
  read();
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n");
  await once(socket, "close");
  expect(heard()).toMatch(/^HTTP\/1\.1 400/);
});

test("a client that reads nothing for a while is let go", async () => {
  const { socket } = await connection((_incoming, outgoing) => outgoing.write(Buffer.alloc(64 << 20)), {
    stuckMs: 300,
  });
  socket.pause();
  socket.write(post("/"));
  let sent = 0;
  const gone = new Promise((resolve) => {
    socket.on("end", resolve);
    socket.on("error", resolve);
    socket.on("close", resolve);
  });
  await new Promise((resolve) => {
    setTimeout(resolve, 1_500);
  });
  socket.on("data", (piece: Buffer) => (sent += piece.length));
  socket.resume();
  await gone;
  expect(sent).toBeLessThan(64 << 20);
});

test("a client that reads slowly, and one whose answer takes its time, are not", async () => {
  const slow = await connection((_incoming, outgoing) => outgoing.end(Buffer.alloc(24 << 20)), {
    stuckMs: 400,
  });
  let size = 0;
  slow.socket.on("data", (piece: Buffer) => {
    size += piece.length;
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), 2);
  });
  slow.socket.write(post("/"));
  const late = await connection((_incoming, outgoing) => setTimeout(() => outgoing.end("late"), 1_200), {
    stuckMs: 300,
  });
  late.read();
  late.socket.write(post("/"));
  await vi.waitFor(() => expect(late.heard()).toContain("late"), 5_000);
  await vi.waitFor(() => expect(size).toBeGreaterThan(24 << 20), 10_000);
});

test("a connection that says nothing is let go", async () => {
  const { socket, read, heard } = await connection(() => {}, { stuckMs: 100 });
  read();
  await once(socket, "close");
  expect(heard()).toBe("");
});
