import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { startOtlpReceiver } from "@rollcall/testkit";
import { gatewayFor } from "./harness.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const came = (flags: string) => ({
  traceparent: `00-${TRACE}-${SPAN}-${flags}`,
  tracestate: "vendor=1",
  baggage: "user=7",
});

const ANSWER = JSON.stringify({
  model: "org/upstream-model",
  choices: [{ message: { role: "assistant", content: "Hi." } }],
});

/** A backend that keeps what it was told of traces. */
async function backend() {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const { traceparent, tracestate, baggage } = request.headers;
    seen.push({ traceparent, tracestate, baggage });
    request
      .resume()
      .on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(ANSWER));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test("backends are told the span of their attempt, and apps' headers pass as they are until spans are kept", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const { url, seen } = await backend();
  const gateway = await gatewayFor({ chat: [{ url }] });

  await gateway.chat({}, came("01"));
  expect(seen.at(-1)).toEqual(came("01"));
  await gateway.chat();
  expect(seen.at(-1)).toEqual({});

  const headers = { "X-Key": "k" };
  const traces = { endpoint: receiver.url, headers, sampling_ratio: 0 };
  const { rollcall, ...rest } = gateway.written as { rollcall: object };
  await gateway.writeConfig({ ...rest, rollcall: { ...rollcall, traces } });
  await vi.waitFor(async () => expect(await gateway.metrics()).toContain("spans_exported_total"), 10_000);

  await gateway.chat({}, came("01"));
  const { traceparent, ...others } = seen.at(-1) ?? {};
  expect(others).toEqual({ tracestate: "vendor=1", baggage: "user=7" });
  await gateway.chat({}, came("00"));
  expect(seen.at(-1)).toEqual(came("00"));
  // Kept by nobody, and the backend is told so.
  await gateway.chat();
  expect(seen.at(-1)).toEqual({ traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) });

  await gateway.stop();
  expect(receiver.exports).toMatchObject([{ path: "/v1/traces", headers: { "x-key": "k" } }]);
  const [attempt, request] = receiver.spans;
  expect(receiver.spans).toHaveLength(2);
  expect(traceparent).toBe(`00-${TRACE}-${attempt?.spanId}-01`);
  expect(attempt?.parentId).toBe(request?.spanId);
  expect(request).toMatchObject({ traceId: TRACE, parentId: SPAN });
});
