import { describe, expect, test } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import { collect, gatewayFor, MESSAGES, simulator, type Gateway, type Said } from "./harness.ts";

const FOUND = ["phi", "qwen3"];
const CHAT = "/v1/chat/completions";

const listing = (...found: readonly string[]): Said => ({ reason: "ok", found });

/** `team/*` on a server of several models, and `coder` on another one. */
async function team(
  settings: object = {},
  says: Readonly<Record<string, Said>> = { "team/*-1": listing(...FOUND) },
): Promise<{ gateway: Gateway; many: Simulator; coder: Simulator }> {
  const many = await simulator({ servedNames: FOUND });
  const coder = await simulator();
  const places = { "team/*": [{ url: many.url, params: { model: "hosted_vllm/*" } }], coder: [coder] };
  const gateway = await gatewayFor(places, { settings, says });
  return { gateway, many, coder };
}

const models = ({ seen }: Simulator) =>
  seen.requests.filter(({ path }) => path === CHAT).map((one) => one.model);

describe("behind a wildcard", () => {
  test("the server gets its own name, the app the one that it sent", async () => {
    const { gateway, many } = await team();
    const whole = await gateway.chat({ model: "team/qwen3" });
    expect([whole.status, whole.json().model, whole.headers["x-litellm-model-id"]]).toEqual([
      200,
      "team/qwen3",
      "team%2F*-1",
    ]);
    const stream = await gateway
      .client()
      .chat.completions.create({ model: "team/phi", messages: MESSAGES, stream: true });
    expect(new Set((await collect(stream)).map(({ model }) => model))).toEqual(new Set(["team/phi"]));
    expect(models(many)).toEqual(["qwen3", "phi"]);
  });

  test("a name that the server does not list is 404 with those that it lists, and never reaches it", async () => {
    const { gateway, many } = await team();
    const answer = await gateway.chat({ model: "team/gpt" });
    expect([answer.status, answer.json().error]).toEqual([
      404,
      {
        message:
          "The model `team/gpt` is served by no backend. Served are `team/phi`, `team/qwen3`. GET /v1/models lists those that are.",
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found",
      },
    ]);
    expect(models(many)).toEqual([]);
  });

  test("lists, facts and metrics know the names that are served and the pattern, and nothing that was only asked for", async () => {
    const { gateway } = await team();
    const listed = (await gateway.ask("/v1/models")).json();
    expect(listed.data.map(({ id }: { id: string }) => id)).toEqual(["coder", "team/phi", "team/qwen3"]);
    expect((await gateway.ask("/v1/models/team/qwen3")).status).toBe(200);
    expect((await gateway.ask("/v1/models/team/gpt")).status).toBe(404);
    const groups = (await gateway.ask("/model_group/info?model_group=team/qwen3")).json();
    expect(groups.data.map((one: { model_group: string }) => one.model_group)).toEqual(["team/qwen3"]);
    await gateway.chat({ model: "team/qwen3" });
    await gateway.chat({ model: "team/nobody" });
    const metrics = await gateway.metrics();
    expect(metrics).toContain('alias="team/*"');
    expect(metrics).not.toContain("qwen3");
    expect(metrics).not.toContain("nobody");
  });

  test("a new list is in force with the snapshot that brings it", async () => {
    const { gateway } = await team();
    await gateway.tell({ "team/*-1": listing("phi") });
    expect((await gateway.chat({ model: "team/qwen3" })).status).toBe(404);
    expect((await gateway.chat({ model: "team/phi" })).status).toBe(200);
  });

  test("a name of it stands in for another model, and another model for it", async () => {
    const { gateway, many, coder } = await team({
      router_settings: { num_retries: 0, fallbacks: [{ coder: ["team/qwen3"] }, { "team/*": ["coder"] }] },
    });
    await coder.control.kill();
    const stood = await gateway.chat({ model: "coder" });
    expect([stood.status, stood.json().model, stood.headers["x-litellm-model-id"]]).toEqual([
      200,
      "coder",
      "team%2F*-1",
    ]);
    expect(models(many)).toEqual(["qwen3"]);
    await coder.control.start();
    await many.control.kill();
    const back = await gateway.chat({ model: "team/phi" });
    expect([back.status, back.json().model, back.headers["x-litellm-model-id"]]).toEqual([
      200,
      "team/phi",
      "coder-1",
    ]);
  });

  test("one whose names nobody has seen yet is 503 for each, not unknown", async () => {
    const { gateway } = await team({}, { "team/*-1": "loading" });
    expect((await gateway.chat({ model: "team/any" })).status).toBe(503);
  });
});
