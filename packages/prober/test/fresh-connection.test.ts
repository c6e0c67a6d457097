import { once } from "node:events";
import { createServer as createTls } from "node:tls";
import { systemClock } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import type { ProbeResponse, HttpResponse } from "../src/read/probe-response.ts";
import { openNetwork } from "../src/ask/fresh-connection.ts";
import type { ProbeRequest } from "../src/ask/network.ts";
import { readModels } from "../src/read/models.ts";
import { answeringPeer, closed, httpPeer, listening, tcpPeer, type Peer } from "./peer.ts";
import { SELF_SIGNED } from "./self-signed.ts";

const network = openNetwork(systemClock);

interface Wish extends Partial<ProbeRequest> {
  readonly scheme?: "http" | "https";
  readonly signal?: AbortSignal;
}

/** One question on a connection of its own. */
async function ask(
  { address }: Pick<Peer, "address">,
  { scheme = "http", signal, ...rest }: Wish = {},
): Promise<ProbeResponse> {
  const connection = network.connect(`${scheme}://${address}`);
  const question = { path: "/v1/models", headers: {}, timeoutMs: 5_000, ...rest };
  try {
    return await connection.ask(question, signal ?? new AbortController().signal);
  } finally {
    connection.close();
  }
}

async function responseOf(answer: Promise<ProbeResponse>): Promise<HttpResponse> {
  const given = await answer;
  if (given.kind === "failure") throw new Error(`no response but ${given.code}`);
  return given;
}

/** What a verdict would call it. */
async function reading(answer: Promise<ProbeResponse>): Promise<string> {
  const read = readModels(await answer);
  return read.kind === "fault" ? read.reason : read.kind;
}

const OK = "HTTP/1.1 200 OK\r\n";

describe("a connection that comes to nothing", () => {
  it("is refused where nobody listens", async () => {
    const server = createTls();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    expect(await ask({ address: `127.0.0.1:${port}` })).toMatchObject({
      kind: "failure",
      code: "ECONNREFUSED",
    });
  });

  it("is refused under a name with two addresses too", async () => {
    expect(await ask({ address: "localhost:1" })).toMatchObject({ kind: "failure", code: "ECONNREFUSED" });
  });

  it("has no address where the name does not exist", async () => {
    const answer = await ask({ address: "gpu-1.invalid" });
    expect(answer).toMatchObject({ kind: "failure", code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
    expect(readModels(answer)).toMatchObject({ reason: "dns" });
  });

  it.each([
    ["reset as soon as it was accepted", tcpPeer, "ECONNRESET"],
    ["reset once it was asked", answeringPeer, "ECONNRESET"],
  ])("is absence when it is %s", async (_when, peer, code) => {
    const answer = ask(await peer((socket) => socket.resetAndDestroy()));
    expect(await answer).toMatchObject({ kind: "failure", code });
    expect(await reading(answer)).toBe("absent");
  });

  it.each([
    ["as soon as it was accepted", tcpPeer],
    ["once it was asked", answeringPeer],
  ])("is absence when it is closed %s, as docker's port does", async (_when, peer) => {
    const answer = ask(await peer((socket) => socket.end()));
    expect(await answer).toMatchObject({ kind: "failure", code: "UND_ERR_SOCKET" });
    expect(await reading(answer)).toBe("absent");
  });

  it.each([
    ["a body shorter than it was said to be", `${OK}content-length: 100\r\n\r\n{}`, "server_error"],
    ["a chunked body without its end", `${OK}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`, "server_error"],
    ["half of a head", `${OK}content-type: appl`, "absent"],
  ])("is a failure, not an answer, after %s", async (_what, bytes, read) => {
    const answer = ask(await answeringPeer((socket) => socket.end(bytes)));
    expect(await answer).toMatchObject({ kind: "failure" });
    // A server that has sent half an answer is there.
    expect(await reading(answer)).toBe(read);
  });

  it("is a failure when it is reset in the middle of the body", async () => {
    const peer = await answeringPeer((socket) => {
      socket.write(`${OK}content-length: 100\r\n\r\n{`, () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
    expect(await ask(peer)).toMatchObject({ kind: "failure", code: "ECONNRESET" });
  });
});

describe("the deadline", () => {
  const forever = (): void => {};

  it.each<[what: string, peer: () => Promise<Peer>, scheme: "http" | "https"]>([
    ["silence", () => tcpPeer(forever), "http"],
    ["silence in a TLS handshake", () => tcpPeer(forever), "https"],
    [
      "a head without a body",
      () => answeringPeer((socket) => socket.write(`${OK}content-length: 9\r\n\r\n`)),
      "http",
    ],
    [
      "interim answers without a final one",
      () =>
        answeringPeer((socket) => {
          const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 20);
          socket.on("close", () => clearInterval(timer));
        }),
      "http",
    ],
    [
      "a head that comes byte by byte",
      () =>
        answeringPeer((socket) => {
          socket.write(`${OK}x: `);
          const timer = setInterval(() => socket.write("y"), 20);
          socket.on("close", () => clearInterval(timer));
        }),
      "http",
    ],
    [
      "a body that comes byte by byte",
      () =>
        answeringPeer((socket) => {
          socket.write(`${OK}content-length: 1000\r\n\r\n`);
          const timer = setInterval(() => socket.write(" "), 20);
          socket.on("close", () => clearInterval(timer));
        }),
      "http",
    ],
  ])("covers %s", async (_what, peer, scheme) => {
    const start = performance.now();
    const answer = await ask(await peer(), { scheme, timeoutMs: 150 });
    expect(answer).toMatchObject({ kind: "failure", code: "PROBE_TIMEOUT" });
    expect(answer.durationMs).toBeGreaterThanOrEqual(140);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it("leaves no connection behind", async () => {
    const peer = await tcpPeer(forever);
    await ask(peer, { timeoutMs: 100 });
    expect(peer.sockets).toHaveLength(1);
    await closed(peer.sockets[0]);
  });

  it("is not waited for when the prober stops", async () => {
    const peer = await tcpPeer(forever);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const answer = await ask(peer, { signal: stop.signal });
    expect(answer.kind).toBe("failure");
    expect(answer.durationMs).toBeLessThan(1_000);
  });

  it("asks nothing when the prober has stopped already", async () => {
    const peer = await httpPeer((_request, response) => response.end());
    expect(await ask(peer, { signal: AbortSignal.abort() })).toMatchObject({ kind: "failure" });
    expect(peer.requests).toEqual([]);
  });
});

describe("a body", () => {
  it("comes whole, with status and headers", async () => {
    const peer = await httpPeer((_request, response) => {
      response.writeHead(418, { "Content-Type": "text/plain", "x-twice": ["a", "b"] }).end("größer 模");
    });
    expect(await ask(peer)).toMatchObject({
      kind: "response",
      status: 418,
      headers: { "content-type": "text/plain", "x-twice": "a, b" },
      body: "größer 模",
      truncated: false,
      durationMs: expect.any(Number),
    });
  });

  it("may end with the connection", async () => {
    const peer = await answeringPeer((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\n{}"));
    expect(await ask(peer)).toMatchObject({ kind: "response", status: 200, body: "{}" });
  });

  it("of four mebibytes is taken, and of one byte more is not", async () => {
    const size = 4 * 1024 * 1024;
    const peer = await httpPeer(({ url }, response) =>
      response.end("x".repeat(size + (url === "/more" ? 1 : 0))),
    );
    const [whole, more] = [await responseOf(ask(peer)), await responseOf(ask(peer, { path: "/more" }))];
    expect([whole.truncated, whole.body.length]).toEqual([false, size]);
    expect([more.truncated, more.body]).toEqual([true, ""]);
  });

  it("without end is cut at the cap, soon, and its connection closed", async () => {
    const chunk = Buffer.alloc(64 * 1024, "junk ");
    let sent = 0;
    const peer = await httpPeer((_request, response) => {
      const more = (): void => {
        do sent += chunk.length;
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    const answer = await responseOf(ask(peer));
    expect(answer.truncated).toBe(true);
    expect(answer.durationMs).toBeLessThan(2_000);
    await closed(peer.sockets[0]);
    // The cap, and what both ends had in their buffers.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("something that is no HTTP server", () => {
  it.each([
    ["SSH, which speaks first", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["Redis", "-ERR unknown command 'GET'\r\n"],
    ["MySQL", "\u005b\u0000\u0000\u0000\u000a8.0.36\u0000"],
    ["SMTP", "220 mail ESMTP\r\n"],
    ["HTTP with a head that is none", "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n"],
  ])("is not_openai at once: %s", async (_who, bytes) => {
    const answer = ask(await tcpPeer((socket) => socket.write(Buffer.from(bytes, "latin1"))));
    expect(await reading(answer)).toBe("not_openai");
    expect((await answer).durationMs).toBeLessThan(1_000);
  });

  it.each([
    ["one header of a megabyte", `x: ${"y".repeat(1_000_000)}\r\n`],
    ["a hundred thousand headers", "x: y\r\n".repeat(100_000)],
  ])("is not_openai when its head is huge: %s", async (_what, head) => {
    const answer = ask(await answeringPeer((socket) => socket.end(`${OK}${head}\r\n`)));
    expect(await answer).toMatchObject({ kind: "failure", code: "UND_ERR_HEADERS_OVERFLOW" });
    expect(await reading(answer)).toBe("not_openai");
  });
});

describe("TLS", () => {
  it("to a port that speaks plain HTTP is named as such", async () => {
    const answer = ask(await httpPeer((_request, response) => response.end()), { scheme: "https" });
    expect(await answer).toMatchObject({ kind: "failure", code: "ERR_SSL_WRONG_VERSION_NUMBER" });
    expect(await reading(answer)).toBe("tls");
  });

  it("from a certificate that nobody knows is refused", async () => {
    const answer = ask(await listening(createTls(SELF_SIGNED)), { scheme: "https" });
    expect(await answer).toMatchObject({ kind: "failure", code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(await reading(answer)).toBe("tls");
  });

  it("on a port that is asked in plain text is a dropped connection, as from docker's port", async () => {
    const answer = ask(await listening(createTls(SELF_SIGNED)));
    expect(await answer).toMatchObject({
      kind: "failure",
      code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/),
    });
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "is not followed, and the other host hears nothing: %i",
    async (status) => {
      const other = await httpPeer((_request, response) => response.end("{}"));
      const peer = await httpPeer((_request, response) =>
        response.writeHead(status, { location: `http://${other.address}/v1/models` }).end(),
      );
      const answer = ask(peer, { headers: { authorization: "Bearer sk-1" } });
      expect(await answer).toMatchObject({ kind: "response", status });
      expect(await reading(answer)).toBe("wrong_path");
      expect(other.sockets).toHaveLength(0);
      expect(peer.requests).toHaveLength(1);
    },
  );
});

describe("a connection", () => {
  const { signal } = new AbortController();
  const question = { path: "/", headers: {}, timeoutMs: 5_000 };

  it("is a new one each time, and gone once it is closed", async () => {
    const peer = await httpPeer((_request, response) => response.end("{}"));
    for (let count = 0; count < 3; count += 1) await ask(peer);
    expect(peer.sockets).toHaveLength(3);
    await Promise.all(peer.sockets.map(closed));
  });

  it("takes several questions, so that all answers are those of one server", async () => {
    const peer = await httpPeer((_request, response) => response.end("{}"));
    const connection = network.connect(`http://${peer.address}`);
    for (const path of ["/v1/models", "/health", "/metrics"])
      expect(await connection.ask({ ...question, path }, signal)).toMatchObject({ status: 200 });
    expect(peer.requests.map(({ url }) => url)).toEqual(["/v1/models", "/health", "/metrics"]);
    expect(peer.sockets).toHaveLength(1);
    connection.close();
    await closed(peer.sockets[0]);
  });

  it("goes on after a question that was not answered in time", async () => {
    const peer = await httpPeer(({ url }, response) => void (url === "/health" || response.end("{}")));
    const connection = network.connect(`http://${peer.address}`);
    const slow = { ...question, path: "/health", timeoutMs: 50 };
    expect(await connection.ask(slow, signal)).toMatchObject({ kind: "failure", code: "PROBE_TIMEOUT" });
    expect(await connection.ask({ ...question, path: "/metrics" }, signal)).toMatchObject({ status: 200 });
    connection.close();
  });
});

describe("a question", () => {
  it("is a GET with the headers that it was given, its own name, and nothing of the environment", async () => {
    const peer = await httpPeer((_request, response) => response.end("{}"));
    await ask(peer, { path: "/team/v1/models", headers: { authorization: "Bearer sk-1", "x-team": "blue" } });
    const [request] = peer.requests;
    expect([request?.method, request?.url]).toEqual(["GET", "/team/v1/models"]);
    expect(request?.headers).toEqual({
      "accept-encoding": "identity",
      host: peer.address,
      connection: "keep-alive",
      authorization: "Bearer sk-1",
      "x-team": "blue",
      accept: "application/json",
      "user-agent": "rollcall-prober",
    });
  });

  it("with a body is a POST of JSON", async () => {
    const bodies: string[] = [];
    const peer = await httpPeer((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => bodies.push(text));
      request.on("end", () => response.end("{}"));
    });
    await ask(peer, { path: "/v1/completions", body: '{"prompt":"größer"}' });
    const [request] = peer.requests;
    expect([request?.method, request?.url]).toEqual(["POST", "/v1/completions"]);
    expect(request?.headers).toMatchObject({ "content-type": "application/json", "content-length": "21" });
    expect(bodies.join("")).toBe('{"prompt":"größer"}');
  });

  it("carries no key where it was given none", async () => {
    const peer = await httpPeer((_request, response) => response.end("{}"));
    await ask(peer);
    expect(peer.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each([
    ["a line break", "x\r\nx-injected: 1"],
    ["a letter outside Latin-1", "sk-€"],
  ])("with a header that cannot be sent is a failure and sends nothing: %s", async (_what, value) => {
    const peer = await httpPeer((_request, response) => response.end("{}"));
    expect(await ask(peer, { headers: { authorization: value } })).toMatchObject({ kind: "failure" });
    expect(peer.requests).toEqual([]);
  });

  it("reaches ports that browsers refuse", async () => {
    expect(await ask({ address: "127.0.0.1:6000" })).toMatchObject({ kind: "failure", code: "ECONNREFUSED" });
  });
});

describe("whether a port speaks TLS", () => {
  const speaksTls = ({ address }: Pick<Peer, "address">, timeoutMs = 5_000) =>
    network.speaksTls(`http://${address}`, timeoutMs);

  it("is seen by a handshake, whoever the certificate is for", async () => {
    const peer = await listening(createTls(SELF_SIGNED));
    expect(await speaksTls(peer)).toBe(true);
    await closed(peer.sockets[0]);
  });

  it.each<[what: string, peer: () => Promise<Peer>]>([
    ["it speaks plain HTTP", () => httpPeer((_request, response) => response.end())],
    ["it hangs up", () => tcpPeer((socket) => socket.end())],
    ["it resets", () => tcpPeer((socket) => socket.resetAndDestroy())],
    ["it says nothing", () => tcpPeer(() => {})],
    ["nobody listens", async () => ({ address: "127.0.0.1:1", sockets: [] })],
  ])("is denied when %s", async (_what, peer) => {
    expect(await speaksTls(await peer(), 200)).toBe(false);
  });
});
