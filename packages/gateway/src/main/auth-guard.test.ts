import { expect, test } from "vitest";
import { keylessRisk } from "./auth-guard.ts";

test.each([
  ["on loopback without a key", { host: "127.0.0.1", hasMasterKey: false, keyless: false }, false],
  ["on loopback by its name", { host: "localhost", hasMasterKey: false, keyless: false }, false],
  ["on all addresses with a key", { host: "0.0.0.0", hasMasterKey: true, keyless: false }, false],
  ["on all addresses without one", { host: "0.0.0.0", hasMasterKey: false, keyless: false }, true],
  [
    "on one address of the network without one",
    { host: "10.1.2.3", hasMasterKey: false, keyless: false },
    true,
  ],
  ["on all of IPv6 without one", { host: "::", hasMasterKey: false, keyless: false }, true],
  ["keyless because the config says so", { host: "0.0.0.0", hasMasterKey: false, keyless: true }, false],
])("a gateway %s", (_which, { host, hasMasterKey, keyless }, isRisk) => {
  const risk = keylessRisk({ host, hasMasterKey, gateway: { keyless } });
  expect(risk === null).toBe(!isRisk);
  if (risk !== null) expect(risk).toMatch(/master_key.*rollcall\.gateway\.keyless: true/);
});
