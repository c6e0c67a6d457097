import { expect, test } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";

test.each([
  ["details without the key", "0.0.0.0", "/status", {}, 401, "unauthorized"],
  ["details for another site", "127.0.0.1", "/status", { host: "evil.example" }, 403, "forbidden"],
  ["a route that there is not", "127.0.0.1", "/secret", {}, 404, "not_found"],
  ["an alias that there is not", "127.0.0.1", "/readyz/secret", {}, 404, "not_found"],
])("%s is counted and logged, without what was sent", async (_case, host, route, headers, status, reason) => {
  const harness = new ProberHarness([{}]);
  const rejected: unknown[] = [];
  const rejections = { add: (one: unknown) => void rejected.push(one) };
  const app = proberApp(httpOf(harness, { host, rejections }));
  const answer = await app.request(`http://127.0.0.1${route}`, {
    headers: headers as Record<string, string>,
  });
  expect(answer.status).toBe(status);
  expect(rejected).toEqual([{ reason, client: null, facts: { status } }]);
  expect(await harness.prober.printMetrics()).toContain(
    `rollcall_prober_rejected_requests_total{status="${status}"} 1`,
  );
});

test("what is answered is not", async () => {
  const rejected: unknown[] = [];
  const rejections = { add: (one: unknown) => void rejected.push(one) };
  const app = proberApp(httpOf(new ProberHarness([{}]), { rejections }));
  expect((await app.request("http://127.0.0.1/livez")).status).toBe(200);
  expect(rejected).toEqual([]);
});
