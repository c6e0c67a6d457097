import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { RequestError } from "@hono/node-server";
import { expect, onTestFinished, test } from "vitest";
import { answerClientError, answerUnreadable } from "./client-error.ts";

/** What a client reads whose connection failed with this code. */
async function readAfter(code: string): Promise<string> {
  const server = net.createServer((socket) =>
    answerClientError(Object.assign(new Error("failed"), { code }), socket),
  );
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (data: string) => (text += data));
  await once(socket, "close");
  return text;
}

test.each([
  ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large", /16384 bytes/],
  ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout", /not arrive in time/],
  ["HPE_INVALID_METHOD", "400 Bad Request", /not valid HTTP/],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "400 Bad Request", /not valid HTTP/],
])(
  "%s is answered with %s, in OpenAI's shape, and the connection is closed",
  async (code, status, message) => {
    const [head = "", body = ""] = (await readAfter(code)).split("\r\n\r\n");
    const [first, ...headers] = head.split("\r\n");
    expect(first).toBe(`HTTP/1.1 ${status}`);
    expect(headers).toEqual([
      "content-type: application/json",
      `content-length: ${body.length}`,
      "connection: close",
    ]);
    expect(JSON.parse(body)).toEqual({
      error: {
        message: expect.stringMatching(message) as string,
        type: "invalid_request_error",
        param: null,
        code: null,
      },
    });
  },
);

test("a client that is gone is not answered", async () => {
  expect(await readAfter("ECONNRESET")).toBe("");
});

test("a target that is no URL is answered in the same shape; what else goes wrong there is our fault, and its text stays here", async () => {
  const answer = answerUnreadable(new RequestError("Invalid URL"));
  expect([answer.status, await answer.json()]).toEqual([
    400,
    {
      error: {
        message: "The request is not valid HTTP.",
        type: "invalid_request_error",
        param: null,
        code: null,
      },
    },
  ]);
  const fault = answerUnreadable(new Error("secret"));
  expect(fault.status).toBe(500);
  const text = await fault.text();
  expect(text).toContain("internal_error");
  expect(text).not.toContain("secret");
});
