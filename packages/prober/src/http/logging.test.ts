import { expect, it } from "vitest";
import { LogLevelControl } from "@rollcall/runtime";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";

it("tells how much is logged, and takes orders as for a drain", async () => {
  const logger = { level: "" };
  const harness = new ProberHarness([{}], { masterKey: "sk-master" });
  const app = proberApp(httpOf(harness, { logLevel: new LogLevelControl([logger], null) }));
  const headers = { authorization: "Bearer sk-master" };
  expect(await (await app.request("/logging")).json()).toEqual({ level: "info", by: "config" });
  expect((await app.request("/logging?level=debug", { method: "POST" })).status).toBe(401);
  expect(logger.level).toBe("info");
  const order = (level: string) => app.request(`/logging?level=${level}`, { method: "POST", headers });
  expect(await (await order("debug")).json()).toEqual({ level: "debug", by: "order" });
  expect(logger.level).toBe("debug");
  expect((await order("loud")).status).toBe(400);
  expect(await (await order("config")).json()).toEqual({ level: "info", by: "config" });
});
