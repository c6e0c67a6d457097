import { expect, test, vi } from "vitest";
import { gatewayFor, MASTER_KEY, simulator, type Gateway } from "./harness.ts";

const NEW_KEY = "sk-new";

/** Asks 100 times a second until `stop`; the key of each request is that of the moment it is sent. */
function load(gateway: Gateway, keyOf: () => string) {
  const statuses: number[] = [];
  const pending = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    const asked = gateway
      .chat({}, { authorization: `Bearer ${keyOf()}` })
      .then(({ status }) => statuses.push(status))
      .finally(() => pending.delete(asked));
    pending.add(asked);
  }, 10);
  return {
    statuses,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

test("a key is replaced under load and nobody is refused: add the new one, switch, remove the old one", async () => {
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    {
      settings: { general_settings: { master_key: "file/key" } },
      gateway: { additional_master_keys: ["file/next"] },
      files: { key: MASTER_KEY, next: "sk-not-used-yet" },
    },
  );
  const opens = async (key: string) =>
    (await gateway.ask("/v1/models", { headers: { authorization: `Bearer ${key}` } })).status === 200;
  let key = MASTER_KEY;
  const { statuses, stop } = load(gateway, () => key);

  await gateway.moveIntoPlace("next", NEW_KEY);
  await vi.waitFor(async () => expect(await opens(NEW_KEY)).toBe(true), { timeout: 10_000 });
  expect(await opens(MASTER_KEY)).toBe(true);
  key = NEW_KEY;
  const { rollcall } = gateway.written as { rollcall: { gateway: object } };
  await gateway.writeConfig({
    ...gateway.written,
    general_settings: { master_key: "file/next" },
    rollcall: { ...rollcall, gateway: { ...rollcall.gateway, additional_master_keys: [] } },
  });
  await vi.waitFor(async () => expect(await opens(MASTER_KEY)).toBe(false), { timeout: 10_000 });
  expect(await opens(NEW_KEY)).toBe(true);
  await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(150), { timeout: 30_000 });
  await stop();

  expect(statuses.filter((status) => status !== 200)).toEqual([]);
});

test("a master key that is removed while an additional one stays does not open the gateway", async () => {
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    { gateway: { additional_master_keys: ["sk-other"] } },
  );
  await gateway.writeConfig({ ...gateway.written, general_settings: {} });
  const status = async (authorization: string) => (await gateway.chat({}, { authorization })).status;
  await vi.waitFor(async () => expect(await status(`Bearer ${MASTER_KEY}`)).toBe(401), { timeout: 10_000 });
  expect([await status("Bearer sk-other"), await status("")]).toEqual([200, 401]);
});
