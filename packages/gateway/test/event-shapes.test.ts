import { describe, expect, test } from "vitest";
import { deviations, LEFT_OUT_BY_VLLM, MESSAGE_EVENTS, RESPONSE_EVENTS } from "./event-shapes.ts";
import { gatewayFor, simulator, type Gateway, type Json } from "./harness.ts";

const RESPONSES = {
  path: "/v1/responses",
  body: { model: "chat", input: "Hi", stream: true },
  limit: "max_output_tokens",
};
const MESSAGES = {
  path: "/v1/messages",
  body: { model: "chat", messages: [{ role: "user", content: "Hi" }], stream: true, max_tokens: 100 },
  limit: "max_tokens",
};

interface Told {
  readonly name: string;
  readonly data: Json;
}

async function eventsOf(gateway: Gateway, { path, body }: Pick<typeof RESPONSES, "path"> & { body: object }) {
  const { text } = await gateway.ask(path, { body });
  return text
    .trimEnd()
    .split("\n\n")
    .map((event): Told => {
      const [, name = "", data = "null"] = /^event: (.*)\ndata: (.*)$/s.exec(event) ?? [];
      return { name, data: JSON.parse(data) };
    });
}

/** What is wrong with events: unknown ones, fields that are missing, a name that is not the type. */
const faultsIn = (events: readonly Told[], shapes: typeof MESSAGE_EVENTS) =>
  events.flatMap(({ name, data }) => {
    const shape = shapes[name];
    if (shape === undefined) return [`${name} is no event`];
    const faults = deviations(data, shape).map((fault) => `${name}: ${fault}`);
    return data.type === name ? faults : [...faults, `${name} has the type ${data.type}`];
  });

/** How a stream ends, and by which event. */
interface Ending {
  readonly how: string;
  /** Of tokens. */
  readonly limit?: number;
  readonly isCut: boolean;
  /** vLLM calls a response completed that is not, and says so by its status. */
  readonly response: string;
  readonly status: string;
  readonly message: string;
}

const ENDINGS: readonly Ending[] = [
  {
    how: "as the model stops",
    isCut: false,
    response: "response.completed",
    status: "completed",
    message: "message_stop",
  },
  {
    how: "at the limit",
    limit: 3,
    isCut: false,
    response: "response.completed",
    status: "incomplete",
    message: "message_stop",
  },
  { how: "by a cut", isCut: true, response: "response.failed", status: "failed", message: "error" },
];

describe.each(ENDINGS)("a stream that ends $how", ({ limit, isCut, response, status, message }) => {
  async function told(asked: typeof RESPONSES | typeof MESSAGES) {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    if (isCut) backend.control.fault("cut-mid-stream", { after: 6 });
    return eventsOf(gateway, {
      path: asked.path,
      body: { ...asked.body, ...(limit !== undefined && { [asked.limit]: limit }) },
    });
  }

  test("has the events of Responses, numbered without a gap", async () => {
    const events = await told(RESPONSES);
    expect(faultsIn(events, RESPONSE_EVENTS)).toEqual([]);
    expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
      ]),
    );
    expect(events.at(-1)).toMatchObject({ name: response, data: { response: { status } } });
  });

  test("has the events of Messages, one block behind the other", async () => {
    const events = await told(MESSAGES);
    expect(faultsIn(events, MESSAGE_EVENTS).filter((fault) => !LEFT_OUT_BY_VLLM.has(fault))).toEqual([]);
    expect(events[0]?.name).toBe("message_start");
    expect(events.at(-1)?.name).toBe(message);
    let open: number | null = null;
    for (const { name, data } of events) {
      if (name === "content_block_start") {
        expect(open).toBeNull();
        open = data.index;
      } else if (name === "content_block_delta") expect(data.index).toBe(open);
      else if (name === "content_block_stop") {
        expect(data.index).toBe(open);
        open = null;
      }
    }
    if (!isCut) expect(open).toBeNull();
  });
});

test("what does not hold is told by its place", () => {
  const data = {
    type: "response.output_text.delta",
    sequence_number: -1,
    item_id: "i",
    output_index: 0,
    delta: 5,
  };
  expect(faultsIn([{ name: "response.output_text.delta", data }], RESPONSE_EVENTS)).toEqual([
    "response.output_text.delta: sequence_number is no count",
    "response.output_text.delta: content_index is no count",
    "response.output_text.delta: delta is no text",
  ]);
});
