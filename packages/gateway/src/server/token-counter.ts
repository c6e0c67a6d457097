import type { IncomingMessage } from "node:http";
import { err, isRecord, ok, type Result } from "@rollcall/contract";
import type { Hono } from "hono";
import { receiveBody } from "../body/receive-body.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Services } from "../main/services.ts";
import { explainBody, unreadEncoding } from "../pipeline/receive.ts";
import { unknownModel } from "../pipeline/route.ts";
import { askOnce } from "../upstream/ask-once.ts";
import { answer, reject } from "./answers.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import { KnownModels, type KnownDeployment, type KnownModel } from "./known-models.ts";
import { estimateTokens, tokenQuestion, type Counted } from "./tokenizers.ts";

const PATH = "/utils/token_counter";

/** Counting takes milliseconds; a server that needs longer has more important things to do. */
const TIMEOUT_MS = 5_000;

/** An id for each token of the longest prompts. */
const MAX_BYTES = 32 * 1024 * 1024;

/** LiteLLM's way to count tokens before a request: by a server's own tokenizer where one can be asked, else an estimate. */
export function addTokenCounter(app: Hono<GatewayEnv>, services: Services): void {
  app.post(PATH, async (c) => {
    const { incoming } = c.env;
    const body = await readBody(incoming, services);
    if (!body.ok) return reject(c, body.error);
    const question = readQuestion(body.value);
    if (!question.ok) return reject(c, question.error);
    const { name, counted } = question.value;
    const model = new KnownModels(services.state.get(), services.feed.snapshot, c.get("permit")).find(name);
    if (model === null) return reject(c, unknownModel(services.state.get(), name, c.get("permit")));
    const tokens = await countBy(model, counted, { services, requestId: c.get("requestId") });
    return answer(c, {
      total_tokens: tokens ?? estimateTokens(counted),
      request_model: name,
      model_used: name,
      tokenizer_type: tokens === null ? "estimate" : "backend_tokenizer",
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

interface Asked {
  readonly services: Services;
  readonly requestId: string;
}

/** Asks the deployments that are ready, one after the other, up to two. Null: none of them can say. */
async function countBy(model: KnownModel, counted: Counted, asked: Asked): Promise<number | null> {
  const able = model.deployments.filter((known) => known.isRoutable && questionTo(known, counted) !== null);
  for (const known of able.slice(0, MOST_ASKED)) {
    const count = await ask(known, counted, asked);
    if (count !== null) return count;
  }
  return null;
}

const MOST_ASKED = 2;

function questionTo({ deployment, verdict }: KnownDeployment, counted: Counted) {
  const kind = deployment.backend.kind ?? verdict?.served?.kind ?? "generic";
  return tokenQuestion(kind, counted, deployment.expected);
}

async function ask(
  known: KnownDeployment,
  counted: Counted,
  { services: { deadlines, pools, state }, requestId }: Asked,
): Promise<number | null> {
  const { backend } = known.deployment;
  const { headers } = state.get().templates.of(known.deployment);
  const asking = { transport: pools, deadlines, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
  let next = questionTo(known, counted);
  while (next !== null) {
    const request = {
      method: "POST",
      path: backend.base.rootPath + next.path,
      headerLines: headers.print({}, requestId),
      body: [Buffer.from(JSON.stringify(next.body))],
      repeatable: true,
    } as const;
    const body = await askOnce(backend.base.origin, request, asking);
    const said = body === null ? null : next.read(parse(body));
    if (typeof said === "number" || said === null) return said;
    next = said;
  }
  return null;
}
