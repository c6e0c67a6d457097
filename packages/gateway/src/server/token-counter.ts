import type { IncomingMessage } from "node:http";
import { err, isRecord, ok, type Result } from "@rollcall/contract";
import type { Hono } from "hono";
import { receiveBody } from "../body/receive-body.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Services } from "../main/services.ts";
import { explainBody, unreadEncoding } from "../pipeline/receive.ts";
import { unknownModel } from "../pipeline/route.ts";
import { findTarget } from "../routing/table.ts";
import { answer, reject } from "./answers.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import type { Counted } from "../tokens/tokenizers.ts";

const PATH = "/utils/token_counter";

/** LiteLLM's way to count tokens before a request: by a server's own tokenizer where one can be asked, else an estimate. */
export function addTokenCounter(app: Hono<GatewayEnv>, services: Services): void {
  app.post(PATH, async (c) => {
    const { incoming } = c.env;
    const body = await readBody(incoming, services);
    if (!body.ok) return reject(c, body.error);
    const question = readQuestion(body.value);
    if (!question.ok) return reject(c, question.error);
    const { name, counted } = question.value;
    const permit = c.get("permit");
    const alias = findTarget(services.state.get().table, name)?.alias ?? "";
    const isDenied = permit !== null && permit.denies(name, alias) !== null;
    const count = isDenied ? null : await services.tokens.count(name, counted, c.get("requestId"));
    if (count === null) return reject(c, unknownModel(services.state.get(), name, permit));
    return answer(c, {
      total_tokens: count.tokens,
      request_model: name,
      model_used: name,
      tokenizer_type: count.isEstimate ? "estimate" : "backend_tokenizer",
    });
  });
  app.all(PATH, (c) => reject(c, { kind: "wrong_method", method: c.req.method, allowed: "POST" }));
}

/** Bounded in size and memory as the bodies of endpoints are. */
function readBody(incoming: IncomingMessage, services: Services): Promise<Result<Buffer, GatewayError>> {
  const encoding = unreadEncoding(incoming);
  if (encoding !== null) return Promise.resolve(err({ kind: "unsupported_encoding", found: encoding }));
  const { bodies, deadlines, state } = services;
  const hold = bodies.open(incoming.socket.remoteAddress ?? "");
  const terms = { maxBytes: state.get().config.gateway.maxBodyBytes, hold, deadlines };
  return new Promise((resolve) => {
    receiveBody(incoming, terms, {
      onBody: (bytes) => {
        hold.release();
        resolve(ok(bytes));
      },
      onBodyFailed: (failure) => resolve(err(explainBody(failure))),
    });
  });
}

interface Question {
  readonly name: string;
  readonly counted: Counted;
}

function readQuestion(bytes: Buffer): Result<Question, GatewayError> {
  const body = parse(bytes);
  if (!isRecord(body)) return err({ kind: "not_json", found: JSON.stringify(bytes.toString("utf8", 0, 30)) });
  const { model, messages, prompt, tools } = body;
  if (typeof model !== "string" || model === "") return err({ kind: "model_missing", found: show(model) });
  if (Array.isArray(messages)) return ok({ name: model, counted: { kind: "chat", messages, tools } });
  if (typeof prompt === "string") return ok({ name: model, counted: { kind: "text", text: prompt } });
  const expected = "a list of messages, or `prompt` a text";
  return err({ kind: "invalid_parameter", name: "messages", found: show(messages ?? prompt), expected });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
