import { expect, test } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";

interface Turned {
  readonly host?: string;
  readonly route: string;
  readonly headers?: Record<string, string>;
}

test.each<[string, Turned, { status: number; reason: string }]>([
  ["details without the key", { host: "0.0.0.0", route: "/status" }, { status: 401, reason: "unauthorized" }],
  [
    "details for another site",
    { route: "/status", headers: { host: "evil.example" } },
    { status: 403, reason: "forbidden" },
  ],
  ["a route that there is not", { route: "/secret" }, { status: 404, reason: "not_found" }],
  ["an alias that there is not", { route: "/readyz/secret" }, { status: 404, reason: "not_found" }],
])("%s is counted and logged, without what was sent", async (...[, asked, { status, reason }]) => {
  const { host = "127.0.0.1", route, headers = {} } = asked;
  const harness = new ProberHarness([{}]);
  const rejected: unknown[] = [];
  const rejections = { add: (one: unknown) => void rejected.push(one) };
  const app = proberApp(httpOf(harness, { host, rejections }));
  expect((await app.request(`http://127.0.0.1${route}`, { headers })).status).toBe(status);
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
