import { Agent, request } from "node:https";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { failure } from "../../test/ask.ts";
import { running } from "../../test/running.ts";
import type { Simulator } from "../index.ts";
import { selfSigned } from "./self-signed.ts";

async function askTls({ url }: Simulator, ca?: string): Promise<number | undefined> {
  const agent = new Agent({ keepAlive: false });
  const asked = request(`${url}/health`, { agent, ...(ca !== undefined && { ca }) });
  asked.end();
  const [response] = await once(asked, "response");
  response.resume();
  return response.statusCode;
}

test("a self-signed certificate is refused unless it is trusted", async () => {
  const simulator = await running({ tls: "self-signed" });
  expect(simulator.url).toBe(`https://127.0.0.1:${simulator.port}`);
  expect(await failure(askTls(simulator))).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  expect(await askTls(simulator, simulator.certificate)).toBe(200);
});

test.each([
  ["expired", "CERT_HAS_EXPIRED"],
  ["not-yet-valid", "CERT_NOT_YET_VALID"],
  ["other-name", "ERR_TLS_CERT_ALTNAME_INVALID"],
] as const)("a certificate that is %s is refused even where it is trusted", async (tls, code) => {
  const simulator = await running({ tls });
  expect(await failure(askTls(simulator, simulator.certificate))).toBe(code);
});

test("the certificate says what it is for, and signs itself", () => {
  const now = Date.UTC(2026, 10, 24);
  const written = new X509Certificate(selfSigned("self-signed", now).cert);
  expect(written.verify(written.publicKey)).toBe(true);
  expect(written.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(written.checkHost("localhost")).toBe("localhost");
  expect(new Date(written.validFrom).getTime()).toBe(Date.UTC(2026, 10, 23));
});

test("faults reach the connection below TLS, and streams are cut", async () => {
  const simulator = await running({ tls: "self-signed" });
  for (const fault of ["reset-all", "close-all"] as const) {
    simulator.control.fault(fault);
    expect(await failure(askTls(simulator, simulator.certificate))).toBe("ECONNRESET");
  }
  simulator.control.fault("hang-all");
  const pending = failure(askTls(simulator, simulator.certificate));
  await expect.poll(() => simulator.seen.inFlight).toBe(1);
  await simulator.control.kill();
  expect(await pending).toBe("ECONNRESET");
});
