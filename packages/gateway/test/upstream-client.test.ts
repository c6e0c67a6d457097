import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import tls from "node:tls";
import * as fc from "fast-check";
import { request } from "undici";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Deadlines } from "../src/upstream/deadlines.ts";
import { ProtocolError } from "../src/upstream/http1/protocol-error.ts";
import { headerOf, type ResponseHead } from "../src/upstream/http1/response-head.ts";
import type { Sending } from "../src/upstream/http1/sending.ts";
import type { UpstreamRequest } from "../src/upstream/http1/request-bytes.ts";
import { Pools } from "../src/upstream/pools.ts";
import { FakeClock } from "@rollcall/testkit";
import { configOf } from "./deployments.ts";
import { simulator } from "./harness.ts";
import { chunk, rawBackend, STREAM_HEAD } from "./raw-backend.ts";

const POST: UpstreamRequest = {
  method: "POST",
  path: "/v1/x",
  headerLines: "",
  body: [Buffer.from("{}")],
  lender: null,
  repeatable: true,
};

function client() {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const pools = new Pools({ deadlines, random: () => 0.5, tlsOf: () => ({}) });
  onTestFinished(() => pools.close());
  const expire = (ms: number) => {
    clock.jump(ms);
    deadlines.look();
  };
  return { pools, expire };
}

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly head: ResponseHead | null;
}

/** Resolves with the whole answer, rejects with the fault. */
function ask(pools: Pools, origin: string, more: Partial<UpstreamRequest> = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let head: ResponseHead | null = null;
    const pieces: Buffer[] = [];
    pools.send(
      origin,
      { ...POST, ...more },
      {
        head: (read) => (head = read),
        data: (piece) => pieces.push(piece),
        end: () => resolve({ status: head?.status ?? 0, body: Buffer.concat(pieces).toString(), head }),
        fail: reject,
      },
    );
  });
}

/** Counts the connections that a raw backend takes. */
async function counted(answer: (socket: Socket, request: string) => void) {
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => answer(socket, data.toString("latin1")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

const sized = (body: string, lines = "") =>
  `HTTP/1.1 200 OK\r\n${lines}content-length: ${body.length}\r\n\r\n${body}`;
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("a request", () => {
  test("is one piece on the wire: its head with host and length, and its body", async () => {
    const seen: string[] = [];
    const { origin } = await counted((socket, text) => {
      seen.push(text);
      socket.write(sized("ok"));
    });
    const { pools } = client();
    await ask(pools, origin, { headerLines: "x-a: \xfc\r\n", body: [Buffer.from("ä"), Buffer.from("b")] });
    expect(seen).toEqual([
      `POST /v1/x HTTP/1.1\r\nhost: ${origin.slice(7)}\r\ncontent-length: 3\r\nx-a: \xfc\r\n\r\n\xc3\xa4b`,
    ]);
  });

  test("of many megabytes arrives whole, in the pieces it was given in", async () => {
    const backend = await simulator({ maxModelLen: 100_000_000 });
    const { pools } = client();
    const text = JSON.stringify({
      model: "org/upstream-model",
      max_tokens: 1,
      messages: [{ role: "user", content: "x".repeat(9_000_000) }],
    });
    const half = text.length / 2;
    const { status, body } = await ask(pools, backend.url, {
      path: "/v1/chat/completions",
      headerLines: "authorization: Bearer sk-backend\r\ncontent-type: application/json\r\n",
      body: [Buffer.from(text.slice(0, half)), Buffer.from(text.slice(half))],
    });
    expect([status, JSON.parse(body)]).toMatchObject([200, { usage: { prompt_tokens: 2_250_000 } }]);
  });
});

describe("a connection", () => {
  test("carries one request after the other, and the one used last is used next", async () => {
    const { origin, sockets } = await counted((socket) => socket.write(sized("ok")));
    const { pools } = client();
    await Promise.all([ask(pools, origin), ask(pools, origin), ask(pools, origin)]);
    expect(sockets).toHaveLength(3);
    for (let turn = 0; turn < 5; turn += 1) expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(3);
  });

  test.each([
    ["the backend closes it", sized("ok", "connection: close\r\n")],
    ["the answer is one of HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    ["the backend will keep it for a moment only", sized("ok", "keep-alive: timeout=1\r\n")],
  ])("is not used again where %s", async (_case, answer) => {
    const { origin, sockets } = await counted((socket) => socket.write(answer));
    const { pools } = client();
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(3);
  });

  test("is let go before the backend's own time for idle ones is over", async () => {
    const { origin, sockets } = await counted((socket) => socket.write(sized("ok")));
    const { pools, expire } = client();
    await ask(pools, origin);
    expire(3_900);
    await ask(pools, origin);
    expect(sockets).toHaveLength(1);
    const [socket] = sockets;
    expire(4_000);
    await vi.waitFor(() => expect(socket?.closed).toBe(true));
    await ask(pools, origin);
    expect(sockets).toHaveLength(2);
  });

  test("is let go earlier where the backend says that it keeps it for less", async () => {
    const { origin, sockets } = await counted((socket) =>
      socket.write(sized("ok", "keep-alive: timeout=3, max=100\r\n")),
    );
    const { pools, expire } = client();
    await ask(pools, origin);
    expire(2_000);
    await vi.waitFor(() => expect(sockets[0]?.closed).toBe(true));
  });

  test.each([
    ["says something that nobody asked for", (socket: Socket) => void socket.write(sized("forged"))],
    ["closes it", (socket: Socket) => void socket.end()],
    ["resets it", (socket: Socket) => void socket.resetAndDestroy()],
  ])("that is idle is used no more once the backend %s", async (_case, spoil) => {
    const { origin, sockets } = await counted((socket) => socket.write(sized("ok")));
    const { pools } = client();
    await ask(pools, origin);
    for (const socket of sockets) spoil(socket);
    await settle();
    expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(2);
  });

  test("whose time is just over is not taken for the next request", async () => {
    const { origin, sockets } = await counted((socket) => socket.write(sized("ok")));
    const { pools, expire } = client();
    await ask(pools, origin);
    expire(4_000);
    expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(2);
  });

  test("on which an answer was followed by more is not taken for the next request", async () => {
    const { origin, sockets } = await counted((socket) => socket.write(`${sized("ok")}more`));
    const { pools } = client();
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(3);
  });

  test("that was answered before the backend had read the request is used no more", async () => {
    const { origin, sockets } = await counted((socket) => {
      socket.pause();
      socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
    });
    const { pools } = client();
    const body = [Buffer.alloc(20_000_000)];
    expect((await ask(pools, origin, { body })).status).toBe(413);
    expect((await ask(pools, origin, { body })).status).toBe(413);
    expect(sockets).toHaveLength(2);
  });

  test("that was held up is read again for the next request", async () => {
    const { origin, sockets } = await counted((socket) => socket.write(sized("ok")));
    const { pools } = client();
    const ended = Promise.withResolvers<void>();
    const sending: Sending = pools.send(origin, POST, {
      head: () => sending.pause(),
      data: () => {},
      end: () => ended.resolve(),
      fail: (fault) => ended.reject(fault),
    });
    await ended.promise;
    expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(1);
  });

  test("whose request is given up ends, and nothing more is heard of it", async () => {
    const { origin, sockets } = await counted((socket) =>
      socket.write(`${STREAM_HEAD}${chunk("data: 1\n\n")}`),
    );
    const { pools } = client();
    const first = Promise.withResolvers<void>();
    const later = vi.fn<(error?: unknown) => void>();
    const sending = pools.send(origin, POST, {
      head: () => {},
      data: () => first.resolve(),
      end: later,
      fail: later,
    });
    await first.promise;
    sending.abort();
    await vi.waitFor(() => expect(sockets[0]?.closed).toBe(true));
    await settle();
    expect(later).not.toHaveBeenCalled();
  });

  test("of a backend that is no longer used ends with its last request", async () => {
    let finish = () => {};
    const { origin, sockets } = await counted((socket, text) => {
      if (text.includes("/slow")) finish = () => void socket.write(sized("slow"));
      else socket.write(sized("ok"));
    });
    const { pools } = client();
    const slow = ask(pools, origin, { path: "/slow" });
    await ask(pools, origin);
    pools.retire(configOf({ other: {} }));
    await vi.waitFor(() => expect(sockets[1]?.closed).toBe(true));
    finish();
    expect((await slow).body).toBe("slow");
    await vi.waitFor(() => expect(sockets[0]?.closed).toBe(true));
  });
});

describe("a connection that was kept and ends before a byte of the answer", () => {
  /** Answers the first request on each connection; what comes then is for `spoil`. */
  const forgetful = (spoil: (socket: Socket) => void) => {
    const used = new WeakSet<Socket>();
    return counted((socket) => {
      if (used.has(socket)) spoil(socket);
      else socket.write(sized("ok"));
      used.add(socket);
    });
  };

  test.each<[string, (socket: Socket) => void]>([
    ["is closed", (socket) => void socket.end()],
    ["is reset", (socket) => void socket.resetAndDestroy()],
  ])("because it %s costs nothing: the request goes once more, on a fresh one", async (_case, spoil) => {
    const { origin, sockets } = await forgetful(spoil);
    const { pools } = client();
    for (let turn = 0; turn < 4; turn += 1) expect((await ask(pools, origin)).body).toBe("ok");
    expect(sockets).toHaveLength(4);
  });

  test("is no reason to send a request that may not be repeated", async () => {
    const { origin } = await forgetful((socket) => void socket.end());
    const { pools } = client();
    await ask(pools, origin);
    await expect(ask(pools, origin, { repeatable: false })).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("is a fault where the fresh one ends as well", async () => {
    let isFirst = true;
    const { origin, sockets } = await counted((socket) => {
      if (isFirst) socket.write(sized("ok"));
      else socket.end();
      isFirst = false;
    });
    const { pools } = client();
    await ask(pools, origin);
    await expect(ask(pools, origin)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(sockets).toHaveLength(2);
  });

  test("is a fault once a byte of the answer has come", async () => {
    const { origin, sockets } = await forgetful((socket) => void socket.end("H"));
    const { pools } = client();
    await ask(pools, origin);
    await expect(ask(pools, origin)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(sockets).toHaveLength(1);
  });

  test("leaves a handle that means the fresh one", async () => {
    let count = 0;
    const { origin, sockets } = await counted((socket) => {
      count += 1;
      if (count === 1) socket.write(sized("ok"));
      else if (count === 2) socket.end();
    });
    const { pools } = client();
    await ask(pools, origin);
    const later = vi.fn<(error?: unknown) => void>();
    const sending = pools.send(origin, POST, { head: later, data: later, end: later, fail: later });
    await vi.waitFor(() => expect(count).toBe(3));
    sending.abort();
    await vi.waitFor(() => expect(sockets[1]?.closed).toBe(true));
    expect(later).not.toHaveBeenCalled();
  });
});

test("a connection is not kept beyond its greatest age, so that a name that leads elsewhere is followed", async () => {
  const { origin, sockets } = await counted((socket) => socket.write(sized("ok")));
  const { pools, expire } = client();
  for (let seconds = 0; seconds <= 300; seconds += 3) {
    await ask(pools, origin);
    expect(sockets).toHaveLength(1);
    expire(3_000);
  }
  await ask(pools, origin);
  expect(sockets).toHaveLength(2);
});

describe("a fault is heard once, with what it was", () => {
  const code = async (asked: Promise<unknown>) => {
    const fault: unknown = await asked.then(
      () => "answered",
      (reason: unknown) => reason,
    );
    return (fault as { code?: unknown }).code ?? fault;
  };

  test("nobody listens", async () => {
    const { origin, sockets } = await counted(() => {});
    const { pools } = client();
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    expect(await code(ask(pools, `http://127.0.0.1:${port}`))).toBe("ECONNREFUSED");
    expect([origin, sockets.length]).toEqual([origin, 0]);
  });

  test("the host has no address", async () => {
    expect(await code(ask(client().pools, "http://nowhere.invalid:1"))).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test("the handshake does not end in time", async () => {
    const { origin, sockets } = await counted(() => {});
    const { pools, expire } = client();
    const asked = code(ask(pools, origin.replace("http:", "https:")));
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    expire(1_999);
    await settle();
    expect(sockets[0]?.closed).toBe(false);
    expire(1);
    expect(await asked).toBe("ETIMEDOUT");
  });

  test.each<[string, (socket: Socket) => void]>([
    ["before the answer", (socket) => void socket.end()],
    ["in its head", (socket) => void socket.end("HTTP/1.1 200 OK\r\n")],
    ["in its body", (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")],
    ["between its chunks", (socket) => void socket.end(`${STREAM_HEAD}${chunk("data: 1\n\n")}`)],
    ["by a reset", (socket) => void socket.resetAndDestroy()],
  ])("the connection ends %s", async (_case, answer) => {
    const { url } = await rawBackend(answer);
    expect(await code(ask(client().pools, url))).toBe("ECONNRESET");
  });

  test("the answer is no HTTP, and the connection ends for it", async () => {
    const { origin, sockets } = await counted((socket) => socket.write("220 smtp ready\r\n"));
    expect(await code(ask(client().pools, origin))).toBeInstanceOf(ProtocolError);
    await vi.waitFor(() => expect(sockets[0]?.closed).toBe(true));
  });
});

describe("over TLS", () => {
  test("a certificate that nobody knows is refused", async () => {
    const backend = await simulator({ tls: "self-signed" });
    await expect(ask(client().pools, backend.url)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  test("a backend that is trusted answers, whole and in chunks, on one connection", async () => {
    const backend = await simulator({ tls: "self-signed" });
    const before = tls.getCACertificates("default");
    tls.setDefaultCACertificates([...before, backend.certificate ?? ""]);
    onTestFinished(() => tls.setDefaultCACertificates(before));
    const { pools } = client();
    const chat = (stream: boolean) =>
      ask(pools, backend.url, {
        path: "/v1/chat/completions",
        headerLines: "authorization: Bearer sk-backend\r\ncontent-type: application/json\r\n",
        body: [
          Buffer.from(
            JSON.stringify({
              model: "org/upstream-model",
              stream,
              max_tokens: 3,
              messages: [{ role: "user", content: "x" }],
            }),
          ),
        ],
      });
    const whole = await chat(false);
    expect([whole.status, JSON.parse(whole.body)]).toMatchObject([200, { usage: { completion_tokens: 3 } }]);
    const streamed = await chat(true);
    expect(headerOf(streamed.head ?? { headers: [] }, "content-type")).toContain("text/event-stream");
    expect(streamed.body).toMatch(/data: \[DONE\]\n\n$/);
  });
});

/** A head with some of the things that readers of HTTP have disagreed about. */
const wire = fc
  .record({
    status: fc.constantFrom(
      "HTTP/1.1 200 OK",
      "HTTP/1.1 200",
      "HTTP/1.0 200 OK",
      "HTTP/1.1 204 No Content",
      "HTTP/1.1 2OO OK",
      "HTTP/2.0 200 OK",
    ),
    lines: fc.array(
      fc.constantFrom(
        "content-length: 5",
        "content-length: 3",
        "Content-Length:5",
        "content-length : 5",
        "content-length: 5, 5",
        "content-length: +5",
        "transfer-encoding: chunked",
        "Transfer-Encoding: CHUNKED",
        "transfer-encoding: gzip",
        "x: y",
        "x:",
        " folded",
        "x\0: y",
        "connection: close",
      ),
      { maxLength: 4 },
    ),
    body: fc.constantFrom(
      "hello",
      "5\r\nhello\r\n0\r\n\r\n",
      "5;x=y\r\nhello\r\n0\r\nt: 1\r\n\r\n",
      "5 \r\nhello\r\n0\r\n\r\n",
      "5\nhello\n0\n\n",
      "g\r\nhello\r\n",
      "5\r\nhelloX\r\n0\r\n\r\n",
      "",
    ),
  })
  .map(({ status, lines, body }) => [status, ...lines, "", body].join("\r\n"));

test("what it takes for an answer llhttp takes for the same one", async () => {
  let bytes = "";
  const backend = await rawBackend((socket) => void socket.end(bytes, "latin1"));
  const { pools } = client();
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(wire, async (text) => {
      bytes = text;
      const ours = await ask(pools, backend.url).then(
        ({ status, body }) => ({ status, body }),
        () => null,
      );
      // Where it is stricter nothing can go wrong: the answer counts as a fault of the backend's.
      if (ours === null) return;
      taken += 1;
      const { statusCode, body } = await request(backend.url, { method: "POST", body: "{}" });
      expect({ status: statusCode, body: await body.text() }).toEqual(ours);
    }),
    { numRuns: 400 },
  );
  expect(taken).toBeGreaterThan(40);
});
