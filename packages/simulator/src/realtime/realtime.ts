import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { KindName } from "../kinds/kind-name.ts";
import type { ServerKind } from "../kinds/server-kind.ts";
import type { RequestLog, SeenRequest } from "../request-log.ts";
import type { Answer } from "../vllm/answer.ts";
import { type Backend, serverHeaders } from "../vllm/call.ts";
import type { Conversation, RealtimeEvent, StartConversation } from "./conversation.ts";
import { responses } from "./responses.ts";
import { transcription } from "./transcription.ts";

const PATH = "/v1/realtime";

/** How uvicorn closes what is open when it ends. */
const SERVICE_RESTART = 1012;

const BROKEN = 1006;

/** Kinds that have it; vLLM and SGLang where the model can do it. */
const CONVERSATIONS: Partial<Record<KindName, StartConversation>> = {
  vllm: transcription,
  sglang: transcription,
  localai: responses,
};

/** Starlette's answer to a WebSocket that has no route. */
const NO_ROUTE: Answer = { status: 403, headers: {}, body: "" };

export interface RealtimeParts {
  readonly backend: Backend;
  readonly kind: ServerKind;
  readonly seen: RequestLog;
  readonly describe: (request: IncomingMessage) => SeenRequest;
}

/** The server's WebSockets. */
export class Realtime {
  readonly #parts: RealtimeParts;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });

  constructor(parts: RealtimeParts) {
    this.#parts = parts;
  }

  /** Without a sub-protocol, as vLLM accepts. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { backend, describe, seen } = this.#parts;
    const description = describe(request);
    seen.began(description);
    const refusal = this.#refusal(description);
    const start = CONVERSATIONS[backend.settings.kind];
    if (refusal !== null || start === undefined) {
      socket.end(print(refusal ?? NO_ROUTE, serverHeaders(backend)));
      seen.ended("completed");
      return;
    }
    const asked = URL.parse(request.url ?? "", "http://localhost")?.searchParams.get("model") ?? null;
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#converse(webSocket, start(backend, asked), description),
    );
  }

  #refusal({ path, apiKey }: SeenRequest): Answer | null {
    const { backend, kind } = this.#parts;
    const { apiKeys, tasks } = backend.settings;
    const isAllowed = apiKeys.length === 0 || (apiKey !== undefined && apiKeys.includes(apiKey));
    if (!isAllowed && kind.guards(path, backend.engine.stage)) return kind.unauthorized;
    return path === PATH && tasks.includes("realtime") ? null : NO_ROUTE;
  }

  #converse(webSocket: WebSocket, conversation: Conversation, description: SeenRequest): void {
    const { engine } = this.#parts.backend;
    const say = (events: readonly RealtimeEvent[]) => {
      for (const event of events) webSocket.send(JSON.stringify(event));
    };
    const forget = engine.onChange(() => {
      if (engine.ended !== undefined) webSocket.close(SERVICE_RESTART);
    });
    webSocket.on("message", (data: Buffer, isBinary: boolean) => {
      const event = isBinary ? null : parse(data.toString("utf8"));
      if (typeof event?.["model"] === "string") description.model = event["model"];
      say(event === null ? [conversation.refuseText()] : conversation.answer(event));
    });
    webSocket.on("error", () => {});
    webSocket.on("close", (code) => {
      forget();
      this.#parts.seen.ended(code === BROKEN ? "cancelled" : "completed");
    });
    say(conversation.greet());
  }
}

function parse(text: string): RealtimeEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as RealtimeEvent) : null;
  } catch {
    return null;
  }
}

function print({ status, headers, body }: Answer, own: Record<string, string>): string {
  const all = { ...own, ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`;
}
