import { expect, test } from "vitest";
import { KEY_HEADERS } from "@rollcall/runtime";
import { BACKEND_KEY, gatewayFor, MASTER_KEY, simulator, UPSTREAM } from "./harness.ts";

const OWN = "x-corp-token";

/** A gateway that takes keys from a header of its config's, too. */
async function gatewayWithOwnHeader() {
  const backend = await simulator();
  const general_settings = { master_key: MASTER_KEY, litellm_key_header_name: "X-Corp-Token" };
  return { backend, gateway: await gatewayFor({ chat: [backend] }, { settings: { general_settings } }) };
}

/** The harness's own header is left out. */
const WITHOUT = { authorization: "" };

test("every header that may bring the key opens endpoints and lists, and none of them travels on", async () => {
  const { backend, gateway } = await gatewayWithOwnHeader();
  for (const name of [...KEY_HEADERS, OWN]) {
    const headers = { ...WITHOUT, [name]: `Bearer ${MASTER_KEY}` };
    expect([name, (await gateway.chat({}, headers)).status]).toEqual([name, 200]);
    expect([name, (await gateway.ask("/v1/models", { headers })).status]).toEqual([name, 200]);
    const seen = backend.seen.last()?.headers ?? {};
    expect(seen["authorization"]).toBe(`Bearer ${BACKEND_KEY}`);
    expect(JSON.stringify(seen)).not.toContain(MASTER_KEY);
    for (const other of [...KEY_HEADERS, OWN])
      if (other !== "authorization") expect(seen[other]).toBeUndefined();
  }
});

test("every header but authorization may bring the key without its scheme", async () => {
  const { gateway } = await gatewayWithOwnHeader();
  for (const name of [...KEY_HEADERS, OWN].filter((one) => one !== "authorization")) {
    const { status } = await gateway.chat({}, { ...WITHOUT, [name]: MASTER_KEY });
    expect([name, status]).toEqual([name, 200]);
  }
});

test.each<[string, Record<string, string>, number]>([
  [
    "LiteLLM's header goes before a credential of somebody else's",
    { authorization: "Bearer oauth", "x-litellm-api-key": MASTER_KEY },
    200,
  ],
  ["and is the one that counts where it is wrong", { "x-litellm-api-key": "sk-wrong" }, 401],
  ["the config's own goes before both", { [OWN]: MASTER_KEY, "x-litellm-api-key": "sk-wrong" }, 200],
  ["the bearer goes before Azure's", { "api-key": "sk-wrong" }, 200],
])("of several keys %s", async (_case, headers, status) => {
  const { gateway } = await gatewayWithOwnHeader();
  expect((await gateway.chat({}, headers)).status).toBe(status);
});

test.each([
  ["a bare key", MASTER_KEY],
  ["Basic", `Basic ${btoa(`user:${MASTER_KEY}`)}`],
])("%s in authorization is told how it must be, and not repeated", async (_case, authorization) => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  for (const answer of [
    await gateway.chat({}, { authorization }),
    await gateway.ask("/v1/models", { headers: { authorization } }),
  ]) {
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.json().error).toEqual({
      message: "Authorization must be `Bearer <key>`: another form was sent.",
      type: "invalid_request_error",
      param: null,
      code: "invalid_api_key",
    });
  }
});

test("the config's own header is heard of on reload", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend] });
  const headers = { ...WITHOUT, [OWN]: MASTER_KEY };
  expect((await gateway.chat({}, headers)).status).toBe(401);
  await gateway.writeConfig({
    ...gateway.written,
    general_settings: { master_key: MASTER_KEY, litellm_key_header_name: OWN },
  });
  await expect.poll(async () => (await gateway.chat({}, headers)).status, { timeout: 10_000 }).toBe(200);
});

test.each([["gzip"], ["x-gzip, identity"], ["br"]])(
  "a body in %s is 415, says what is read, and reaches no backend",
  async (encoding) => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const answer = await gateway.chat({}, { "content-encoding": encoding });
    expect([answer.status, answer.headers["accept-encoding"]]).toEqual([415, "identity"]);
    expect(answer.json().error).toMatchObject({
      code: "unsupported_media_type",
      type: "invalid_request_error",
    });
    expect(answer.json().error.message).toContain(`\`${encoding}\``);
    expect(backend.seen.count()).toBe(0);
    // The connection carries the next one.
    expect((await gateway.chat({}, { "content-encoding": "identity" })).status).toBe(200);
  },
);

test("without the key, the encoding is not looked at", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  const answer = await gateway.chat({}, { authorization: "", "content-encoding": "gzip" });
  expect(answer.status).toBe(401);
  expect(answer.text).not.toContain(UPSTREAM);
});
